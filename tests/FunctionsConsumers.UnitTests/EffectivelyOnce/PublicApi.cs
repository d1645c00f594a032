using System.Reflection;
using System.Runtime.CompilerServices;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

/// <summary>
/// The public surface of an assembly as text, one line for each type and member, sorted ordinally: what a user's code can
/// bind to, with nullability, defaults and names of parameters. What the compiler adds to a record
/// is not listed, and neither is the question mark of a type parameter, which reflection does not tell.
/// </summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(string)] = "string", [typeof(object)] = "object", [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte",
        [typeof(int)] = "int", [typeof(long)] = "long", [typeof(double)] = "double", [typeof(decimal)] = "decimal", [typeof(char)] = "char",
    };

    /// <summary>Renders types.</summary>
    /// <param name="types">The public types.</param>
    /// <param name="root">The namespace that is left out at the beginning of each line.</param>
    /// <returns>The lines, sorted.</returns>
    public static IReadOnlyList<string> Render(IEnumerable<Type> types, string root) =>
        [.. types.SelectMany(type => LinesOf(type, Shorten(type, root))).Order(StringComparer.Ordinal)];

    /// <summary>Compares a list with what there is.</summary>
    /// <param name="listed">The list; empty lines and those that begin with # do not count.</param>
    /// <param name="shown">What there is.</param>
    /// <returns><c>+ line</c> for each to add to the list, <c>- line</c> for each to remove; none where they agree.</returns>
    public static IReadOnlyList<string> Compare(IEnumerable<string> listed, IReadOnlyList<string> shown)
    {
        HashSet<string> list = [.. listed.Select(line => line.TrimEnd()).Where(line => line.Length > 0 && line[0] != '#')];
        return [.. shown.Where(line => !list.Contains(line)).Select(line => "+ " + line), .. list.Except(shown).Order(StringComparer.Ordinal).Select(line => "- " + line)];
    }

    private static IEnumerable<string> LinesOf(Type type, string name)
    {
        var bases = type.GetInterfaces().Where(candidate => candidate.IsVisible && candidate.Name != "IEquatable`1" && !candidate.Namespace!.StartsWith("System.Numerics", StringComparison.Ordinal))
            .Where(candidate => type.BaseType?.GetInterfaces().Contains(candidate) != true).Select(candidate => NameOf(candidate)).Order(StringComparer.Ordinal);
        var parent = type is { IsValueType: false, BaseType: { } its } && its != typeof(object) ? [NameOf(its)] : Array.Empty<string>();
        var inherits = type.IsEnum ? "" : string.Join(", ", parent.Concat(bases));
        yield return $"{name}: {KindOf(type)}{(inherits.Length > 0 ? " : " + inherits : "")}{ConstraintsOf(type.GetGenericArguments())}";
        foreach (var member in type.IsEnum ? Enum.GetNames(type).Select(value => $"{value} = {Convert.ToInt64(Enum.Parse(type, value), null)}") : MembersOf(type))
        {
            yield return $"{name}: {member}";
        }
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        var nullability = new NullabilityInfoContext();
        var constructors = type.GetConstructors(Declared).Where(constructor => IsShown(constructor) && !IsCompilers(constructor))
            .Select(constructor => $"{Access(constructor)}ctor({ParametersOf(constructor, nullability)})");
        var fields = type.GetFields(Declared).Where(field => (field.IsPublic || field.IsFamily) && !IsCompilers(field))
            .Select(field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{NameOf(field.FieldType, nullability.Create(field))} {field.Name}{(field.IsLiteral ? " = " + Value(field.GetRawConstantValue()) : "")}");
        var properties = type.GetProperties(Declared).Where(property => property.Name != "EqualityContract" && property.GetAccessors(true).Any(IsShown)).Select(property => PropertyOf(property, nullability));
        var methods = type.GetMethods(Declared).Where(method => IsShown(method) && !IsCompilers(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)))
            .Select(method => $"{Access(method)}{Modifier(method)}{NameOf(method.ReturnType, nullability.Create(method.ReturnParameter))} {method.Name}{TypeParametersOf(method)}({ParametersOf(method, nullability)}){(method.IsGenericMethod ? ConstraintsOf(method.GetGenericArguments()) : "")}");
        return constructors.Concat(fields).Concat(properties).Concat(methods);
    }

    private static string PropertyOf(PropertyInfo property, NullabilityInfoContext nullability)
    {
        var accessors = property.GetAccessors(true).Where(IsShown).ToList();
        var set = property.SetMethod is { } setter && IsShown(setter)
            ? setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; "
            : "";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var get = property.GetMethod is { } getter && IsShown(getter) ? "get; " : "";
        return $"{required}{Access(accessors[0])}{Modifier(accessors[0])}{NameOf(property.PropertyType, nullability.Create(property))} {property.Name} {{ {get}{set}}}";
    }

    private static string ParametersOf(MethodBase method, NullabilityInfoContext nullability)
    {
        var isExtension = method.IsDefined(typeof(ExtensionAttribute), inherit: false);
        return string.Join(", ", method.GetParameters().Select(parameter => (isExtension && parameter.Position == 0 ? "this " : "") + ParameterOf(parameter, nullability)));
    }

    private static string ParameterOf(ParameterInfo parameter, NullabilityInfoContext nullability)
    {
        var isParams = parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false) || parameter.IsDefined(typeof(ParamCollectionAttribute), inherit: false);
        var way = isParams ? "params " : parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "";
        var absent = !parameter.HasDefaultValue ? "" : parameter.ParameterType.IsValueType && parameter.DefaultValue is null ? " = default" : " = " + Value(parameter.DefaultValue);
        return way + NameOf(parameter.ParameterType, nullability.Create(parameter)) + " " + parameter.Name + absent;
    }

    private static string Value(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        Enum member => $"{member.GetType().Name}.{member}",
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    private static string ConstraintsOf(Type[] parameters) => string.Concat(parameters.Select(parameter =>
    {
        List<string> all = [];
        if (parameter.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            all.Add("class");
        }

        all.AddRange(parameter.GetGenericParameterConstraints().Select(constraint => NameOf(constraint)));
        return all.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", all)}";
    }));

    private static string TypeParametersOf(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(type => NameOf(type)))}>" : "";

    private static bool IsShown(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsCompilers(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name.StartsWith('<');

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifier(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { DeclaringType.IsInterface: true, IsAbstract: false } => "default ",
        { DeclaringType.IsInterface: true } => "",
        { IsAbstract: true } => "abstract ",
        _ when method.GetBaseDefinition() != method => "override ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static string KindOf(Type type)
    {
        var isRecord = type.GetMethods(Declared).Any(method => method.Name is "<Clone>$" or "PrintMembers") ? " record" : "";
        return type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly" : "mutable") + isRecord + " struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract" + (isRecord.Length > 0 ? isRecord : " class"),
            { IsSealed: true } => "sealed" + (isRecord.Length > 0 ? isRecord : " class"),
            _ => (isRecord.Length > 0 ? "open" + isRecord : "open class"),
        };
    }

    private static string Shorten(Type type, string root)
    {
        var name = type.IsNested ? $"{Shorten(type.DeclaringType!, root)}.{NameOf(type)}" : $"{type.Namespace}.{NameOf(type, declared: true)}";
        return name.StartsWith(root + ".", StringComparison.Ordinal) ? name[(root.Length + 1)..] : name;
    }

    private static string NameOf(Type type, NullabilityInfo? nullability = null, bool declared = false)
    {
        if (type.IsByRef)
        {
            return NameOf(type.GetElementType()!, nullability?.ElementType ?? nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return NameOf(underlying, nullability?.GenericTypeArguments is [var only] ? only : null) + "?";
        }

        var mark = nullability is not null && !type.IsValueType && !type.IsGenericParameter && nullability.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
        {
            return NameOf(type.GetElementType()!, nullability?.ElementType) + "[]" + mark;
        }

        if (!type.IsGenericType)
        {
            return s_keywords.GetValueOrDefault(type, type.Name) + mark;
        }

        var arguments = type.GetGenericArguments().Select((argument, index) => (declared ? Variance(argument) : "") + NameOf(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(index)));
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", arguments)}>{mark}";
    }

    private static string Variance(Type parameter) => (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
    {
        GenericParameterAttributes.Contravariant => "in ",
        GenericParameterAttributes.Covariant => "out ",
        _ => "",
    };
}
