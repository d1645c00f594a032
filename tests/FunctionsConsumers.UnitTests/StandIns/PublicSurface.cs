using System.Reflection;

namespace FunctionsConsumers.UnitTests.StandIns;

/// <summary>What a type shows to its users, in the notation of the listings, and how it differs from one.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(string)] = "string", [typeof(object)] = "object", [typeof(void)] = "void", [typeof(bool)] = "bool",
        [typeof(byte)] = "byte", [typeof(int)] = "int", [typeof(long)] = "long", [typeof(double)] = "double",
    };

    /// <summary>Everything that types show and a listing has not, or has otherwise.</summary>
    /// <param name="types">The types, nested ones left out: they are members of the others.</param>
    /// <param name="listing">The listing.</param>
    /// <returns>A line for each difference.</returns>
    public static IReadOnlyList<string> Compare(IEnumerable<Type> types, Listing listing)
    {
        var differences = new List<string>();
        foreach (var type in types.Where(type => !type.IsNested))
        {
            if (listing.Find(FullNameOf(type)) is not { } listed)
            {
                differences.Add($"{FullNameOf(type)} is no public type of the genuine package");
                continue;
            }

            CompareHeading(type, listed, listing.TellsModifiers, differences);
            differences.AddRange(MembersOf(type)
                .Where(member => !listed.Members.Contains(Listing.Normalize(member.Line)))
                .Where(member => !(listed.IsPartial && IsOfNamedInterface(type, member.Name, listed)))
                .Select(member => $"{FullNameOf(type)}: {member.Line}"));
        }

        return differences;
    }

    private static void CompareHeading(Type type, ListedType listed, bool withModifiers, List<string> differences)
    {
        var kind = KindOf(type, withModifiers && !listed.IsPartial);
        if (kind != listed.Kind)
        {
            differences.Add($"{FullNameOf(type)} is a {kind}, the genuine one a {listed.Kind}");
        }

        if (type.IsEnum)
        {
            return;
        }

        var inherits = type.GetInterfaces().Where(candidate => candidate.IsVisible).Select(NameOf).ToHashSet(StringComparer.Ordinal);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
        {
            inherits.Add(NameOf(parent));
        }

        if (listed.IsPartial ? !inherits.IsSubsetOf(listed.Inherits) : !inherits.SetEquals(listed.Inherits))
        {
            differences.Add($"{FullNameOf(type)} inherits {string.Join(", ", inherits)}, the genuine one "
                + $"{string.Join(", ", listed.Inherits)}");
        }
    }

    private static bool IsOfNamedInterface(Type type, string member, ListedType listed) =>
        type.GetInterfaces().Any(candidate => listed.Inherits.Contains(NameOf(candidate)) && candidate.GetMember(member).Length > 0);

    private static IEnumerable<(string Name, string Line)> MembersOf(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => (name, $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}"));
        }

        var constructors = type.GetConstructors(Declared).Where(IsShown)
            .Select(constructor => (".ctor", $"{Access(constructor)}ctor({ParametersOf(constructor)})"));
        var properties = type.GetProperties(Declared).Where(property => Accessors(property).Any(IsShown)).Select(
            property => (property.Name, LineOf(property)));
        var methods = type.GetMethods(Declared)
            .Where(method => IsShown(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)))
            .Select(method => (method.Name,
                $"{Access(method)}{Modifier(method)}{NameOf(method.ReturnType)} "
                + $"{method.Name}{TypeParametersOf(method)}({ParametersOf(method)})"));
        var fields = type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly)
            .Select(field => (field.Name, $"field {NameOf(field.FieldType)} {field.Name}"));
        var events = type.GetEvents(Declared).Where(candidate => IsShown(candidate.AddMethod!)).Select(
            candidate => (candidate.Name, $"event {candidate.Name}"));
        var nested = type.GetNestedTypes(Declared).Where(candidate => candidate.IsNestedPublic || candidate.IsNestedFamily).Select(
            candidate => (candidate.Name, NestedLineOf(candidate)));
        return [.. constructors, .. properties, .. methods, .. fields, .. events, .. nested];
    }

    private static string NestedLineOf(Type type) => type.IsEnum
        ? $"nested {type.Name}: "
            + $"{string.Join(", ", Enum.GetNames(type).Select(name => $"{name}={Convert.ToInt64(Enum.Parse(type, name), null)}"))}"
        : $"nested {type.Name}";

    private static string LineOf(PropertyInfo property)
    {
        var shown = Accessors(property).Where(IsShown).ToArray();
        var parameters = property.GetIndexParameters() is { Length: > 0 } indexes
            ? $"[{string.Join(", ", indexes.Select(index => $"{NameOf(index.ParameterType)} {index.Name}"))}]"
            : "";
        var accessors = (property.GetMethod is { } get && IsShown(get) ? "get; " : "")
            + (property.SetMethod is { } set && IsShown(set) ? "set; " : "");
        return $"{Access(shown[0])}{Modifier(shown[0])}{NameOf(property.PropertyType)} {property.Name}{parameters} {{ {accessors}}}";
    }

    private static MethodInfo[] Accessors(PropertyInfo property) => property.GetAccessors(nonPublic: true);

    private static bool IsShown(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifier(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { DeclaringType.IsInterface: true } => "",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static string TypeParametersOf(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";

    private static string ParametersOf(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : "")}{NameOf(parameter.ParameterType)} {parameter.Name}{DefaultOf(parameter)}"));

    private static string DefaultOf(ParameterInfo parameter)
    {
        if (!parameter.HasDefaultValue)
        {
            return "";
        }

        var type = parameter.ParameterType;
        return parameter.DefaultValue switch
        {
            null => " = default",
            var value when type.IsEnum => $" = {type.Name}.{Enum.GetName(type, value)}",
            var value => $" = {value}",
        };
    }

    private static string KindOf(Type type, bool withModifiers) => type switch
    {
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsInterface: true } => "interface",
        { IsAbstract: true, IsSealed: true } when withModifiers => "static class",
        { IsAbstract: true } when withModifiers => "abstract class",
        { IsSealed: true } when withModifiers => "sealed class",
        _ => "class",
    };

    private static string FullNameOf(Type type) => type.Namespace is null ? NameOf(type) : $"{type.Namespace}.{NameOf(type)}";

    private static string NameOf(Type type)
    {
        if (s_keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsByRef)
        {
            return NameOf(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return NameOf(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return NameOf(underlying) + "?";
        }

        var name = type.IsNested && !type.IsGenericParameter ? $"{NameOf(type.DeclaringType!)}.{type.Name}" : type.Name;
        return type.IsGenericType
            ? $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : name;
    }
}
