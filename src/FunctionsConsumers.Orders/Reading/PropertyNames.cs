namespace FunctionsConsumers.Orders.Reading;

/// <summary>
/// The names of the unknown properties of every object of one value, so that a second one of a name is seen at any
/// depth. Objects are numbered in the order in which they begin. Nothing is allocated for a value without unknown
/// properties.
/// </summary>
internal sealed class PropertyNames
{
    private readonly Stack<int> _open = new();
    private HashSet<(int Object, string Name)>? _names;
    private int _objects;

    /// <summary>Forgets everything, for another value.</summary>
    public void Clear()
    {
        _open.Clear();
        _names = null;
        _objects = 0;
    }

    /// <summary>An object begins.</summary>
    public void Begin() => _open.Push(_objects++);

    /// <summary>The object that began last ends.</summary>
    public void End() => _open.Pop();

    /// <summary>Notes a name of the object that began last and has not ended.</summary>
    public bool Add(string name) => (_names ??= []).Add((_open.Peek(), name));
}
