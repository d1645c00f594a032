using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace FunctionsConsumers.UnitTests.Layout;

/// <summary>
/// Which namespaces of an assembly use which others of it, read from its metadata: base types, interfaces, signatures,
/// attributes, and what the bodies of methods call. Only a constant leaves no trace, because the compiler copies it.
/// </summary>
internal sealed class NamespaceGraph
{
    private readonly Dictionary<(string From, string To), string> _uses = [];
    private readonly MetadataReader _metadata;
    private readonly PEReader _image;

    private NamespaceGraph(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
        foreach (var handle in _metadata.TypeDefinitions)
        {
            Read(handle);
        }
    }

    /// <summary>The namespaces, each pair with one type that is the reason for it.</summary>
    public IReadOnlyDictionary<(string From, string To), string> Uses => _uses;

    /// <summary>The namespaces that the assembly has types in.</summary>
    public IReadOnlySet<string> Namespaces =>
        _metadata.TypeDefinitions.Select(NamespaceOf).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads an assembly.</summary>
    /// <param name="assembly">The assembly, loaded from a file.</param>
    /// <returns>Its graph.</returns>
    public static NamespaceGraph Of(Assembly assembly)
    {
        // The whole file: the image outlives this method.
        return new NamespaceGraph(new PEReader(ImmutableArray.Create(File.ReadAllBytes(assembly.Location))));
    }

    /// <summary>Looks for namespaces that need each other.</summary>
    /// <returns>The uses along a cycle; none where there is no cycle.</returns>
    public IReadOnlyList<string> FindCycle()
    {
        // A namespace that uses none of those left, or that none of them uses, is in no cycle.
        List<(string From, string To)> all = [], left = [.. _uses.Keys.Order()];
        while (left.Count != all.Count)
        {
            all = left;
            left = [.. all.Where(use => all.Exists(other => other.From == use.To) && all.Exists(other => other.To == use.From))];
        }

        return [.. left.Select(use => $"{use.From} uses {use.To}: {_uses[use]}")];
    }

    private void Read(TypeDefinitionHandle handle)
    {
        if (NamespaceOf(handle) is not { } from)
        {
            return;
        }

        var type = _metadata.GetTypeDefinition(handle);
        var signatures = new SignatureNamespaces(this, from, NameOf(handle));
        signatures.Use(type.BaseType);
        signatures.UseAll(type.GetCustomAttributes());
        foreach (var implementation in type.GetInterfaceImplementations())
        {
            signatures.Use(_metadata.GetInterfaceImplementation(implementation).Interface);
        }

        foreach (var parameter in type.GetGenericParameters()
            .SelectMany(parameter => _metadata.GetGenericParameter(parameter).GetConstraints()))
        {
            signatures.Use(_metadata.GetGenericParameterConstraint(parameter).Type);
        }

        foreach (var field in type.GetFields().Select(_metadata.GetFieldDefinition))
        {
            field.DecodeSignature(signatures, null);
            signatures.UseAll(field.GetCustomAttributes());
        }

        foreach (var method in type.GetMethods().Select(_metadata.GetMethodDefinition))
        {
            method.DecodeSignature(signatures, null);
            signatures.UseAll(method.GetCustomAttributes());
            foreach (var parameter in method.GetGenericParameters()
                .SelectMany(parameter => _metadata.GetGenericParameter(parameter).GetConstraints()))
            {
                signatures.Use(_metadata.GetGenericParameterConstraint(parameter).Type);
            }

            if (method.RelativeVirtualAddress != 0)
            {
                ReadBody(_image.GetMethodBody(method.RelativeVirtualAddress), signatures);
            }
        }
    }

    private void ReadBody(MethodBodyBlock body, SignatureNamespaces signatures)
    {
        if (!body.LocalSignature.IsNil)
        {
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(signatures, null);
        }

        foreach (var region in body.ExceptionRegions.Where(region => region.Kind == ExceptionRegionKind.Catch))
        {
            signatures.Use(region.CatchType);
        }

        foreach (var token in InstructionTokens.Of(body.GetILReader()))
        {
            signatures.Use(MetadataTokens.EntityHandle(token));
        }
    }

    private void Add(string from, string to, string why)
    {
        if (from != to)
        {
            _uses.TryAdd((from, to), why);
        }
    }

    // Null for what a compiler or a generator put into a namespace of its own.
    private string? NamespaceOf(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        for (; !type.GetDeclaringType().IsNil; type = _metadata.GetTypeDefinition(type.GetDeclaringType()))
        {
        }

        var name = _metadata.GetString(type.Namespace);
        return name.Length == 0 || name.EndsWith(".Generated", StringComparison.Ordinal) || name == "System.Runtime.CompilerServices"
            ? null
            : name;
    }

    private string NameOf(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        for (; !type.GetDeclaringType().IsNil; type = _metadata.GetTypeDefinition(type.GetDeclaringType()))
        {
        }

        return _metadata.GetString(type.Name);
    }

    /// <summary>Takes note of every type of the assembly that a handle or a signature names.</summary>
    private sealed class SignatureNamespaces(NamespaceGraph graph, string from, string why) : ISignatureTypeProvider<int, object?>
    {
        private readonly MetadataReader _metadata = graph._metadata;

        public void UseAll(CustomAttributeHandleCollection attributes)
        {
            foreach (var attribute in attributes)
            {
                Use(_metadata.GetCustomAttribute(attribute).Constructor);
            }
        }

        public void Use(EntityHandle handle)
        {
            if (handle.IsNil)
            {
                return;
            }

            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    GetTypeFromDefinition(_metadata, (TypeDefinitionHandle)handle, 0);
                    break;
                case HandleKind.TypeSpecification:
                    _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
                case HandleKind.MethodDefinition:
                    Use(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.FieldDefinition:
                    Use(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MethodSpecification:
                    var method = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                    method.DecodeSignature(this, null);
                    Use(method.Method);
                    break;
                case HandleKind.MemberReference:
                    var member = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                    Use(member.Parent);
                    _ = member.GetKind() == MemberReferenceKind.Method
                        ? member.DecodeMethodSignature(this, null).ReturnType
                        : member.DecodeFieldSignature(this, null);
                    break;
                default:
                    // Types of other assemblies, and strings.
                    break;
            }
        }

        public int GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            if (graph.NamespaceOf(handle) is { } to)
            {
                graph.Add(from, to, $"{why} uses {graph.NameOf(handle)}");
            }

            return 0;
        }

        public int GetTypeFromSpecification(
            MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
        {
            Use(handle);
            return 0;
        }

        public int GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => 0;

        public int GetArrayType(int elementType, ArrayShape shape) => 0;

        public int GetByReferenceType(int elementType) => 0;

        public int GetFunctionPointerType(MethodSignature<int> signature) => 0;

        public int GetGenericInstantiation(int genericType, ImmutableArray<int> typeArguments) => 0;

        public int GetGenericMethodParameter(object? genericContext, int index) => 0;

        public int GetGenericTypeParameter(object? genericContext, int index) => 0;

        public int GetModifiedType(int modifier, int unmodifiedType, bool isRequired) => 0;

        public int GetPinnedType(int elementType) => 0;

        public int GetPointerType(int elementType) => 0;

        public int GetPrimitiveType(PrimitiveTypeCode typeCode) => 0;

        public int GetSZArrayType(int elementType) => 0;
    }
}
