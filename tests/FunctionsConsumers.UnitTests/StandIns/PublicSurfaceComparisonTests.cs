namespace FunctionsConsumers.UnitTests.StandIns
{
    /// <summary>The comparison finds what differs: each case plants one difference.</summary>
    public sealed class PublicSurfaceComparisonTests
    {
        private const string Genuine = """
            # Planted

            ## class Planted.Thing : Parent, IDisposable
              ctor(string name, int? size = default)
              protected ctor()
              string Name { get; }
              virtual Byte[] Read<T>(T key, Thing.Mode mode = Mode.Slow)
              void Dispose()
              object Item[string key] { get; set; }
              nested Mode: Fast=0, Slow=1

            ## class Planted.Parent
              ctor()

            ## sealed class Planted.Unused
              ctor()
            """;

        [Fact]
        public void A_type_that_is_listed_as_it_is_differs_in_nothing()
        {
            Assert.Empty(Compare(Genuine));
        }

        [Theory]
        [InlineData("## class Planted.Thing", "## class Planted.Other", "Planted.Thing is no public type of the genuine package")]
        [InlineData("## class Planted.Thing", "## sealed class Planted.Thing", "Planted.Thing is a class, the genuine one a sealed class")]
        [InlineData(" : Parent, IDisposable", " : Parent", "Planted.Thing inherits IDisposable, Parent, the genuine one Parent")]
        [InlineData(" : Parent, IDisposable", " : Parent, IDisposable, ICloneable",
            "Planted.Thing inherits IDisposable, Parent, the genuine one Parent, IDisposable, ICloneable")]
        [InlineData("  string Name { get; }\n", "", "Planted.Thing: string Name { get; }")]
        [InlineData("string Name { get; }", "string Name { get; set; }", "Planted.Thing: string Name { get; }")]
        [InlineData("string Name { get; }", "object Name { get; }", "Planted.Thing: string Name { get; }")]
        [InlineData("string name", "string label", "Planted.Thing: ctor(string name, int? size = default)")]
        [InlineData("int? size = default", "int? size", "Planted.Thing: ctor(string name, int? size = default)")]
        [InlineData("Mode.Slow", "Mode.Fast", "Planted.Thing: virtual byte[] Read<T>(T key, Thing.Mode mode = Mode.Slow)")]
        [InlineData("virtual Byte[]", "Byte[]", "Planted.Thing: virtual byte[] Read<T>(T key, Thing.Mode mode = Mode.Slow)")]
        [InlineData("protected ctor()", "protected internal ctor()", "Planted.Thing: protected ctor()")]
        [InlineData("[string key]", "[int key]", "Planted.Thing: object Item[string key] { get; set; }")]
        [InlineData("Slow=1", "Slow=2", "Planted.Thing: nested Mode: Fast=0, Slow=1")]
        public void A_planted_difference_is_found(string listed, string instead, string difference)
        {
            Assert.Contains(listed, Genuine, StringComparison.Ordinal);

            Assert.Equal([difference], Compare(Genuine.Replace(listed, instead, StringComparison.Ordinal)));
        }

        [Fact]
        public void A_member_of_an_interface_is_missed_nowhere_but_where_the_listing_leaves_such_members_out()
        {
            var without = Genuine.Replace("  void Dispose()\n", "", StringComparison.Ordinal);

            Assert.Equal(["Planted.Thing: void Dispose()"], Compare(without));
            Assert.Empty(Compare(without.Replace("# Planted\n", "# Planted, only what matters\n", StringComparison.Ordinal)));
        }

        private static IReadOnlyList<string> Compare(string listing) =>
            PublicSurface.Compare(
                [typeof(global::Planted.Thing), typeof(global::Planted.Parent)], Listing.Parse(listing.ReplaceLineEndings("\n")));
    }
}

namespace Planted
{
#pragma warning disable CA1063, CA1816, CA1822, CA1034, CA1819
    /// <summary>A base class.</summary>
    public class Parent;

    /// <summary>One member of each kind that the comparison knows.</summary>
    public class Thing : Parent, IDisposable
    {
        private readonly Dictionary<string, object> _items = [];

        /// <summary>A public constructor.</summary>
        public Thing(string name, int? size = null) => Name = name + size;

        /// <summary>A protected constructor.</summary>
        protected Thing() => Name = "";

        /// <summary>A property.</summary>
        public string Name { get; }

        /// <summary>An indexer.</summary>
        public object this[string key]
        {
            get => _items[key];
            set => _items[key] = value;
        }

        /// <summary>A generic method with a default.</summary>
        public virtual byte[] Read<T>(T key, Mode mode = Mode.Slow) => [(byte)mode];

        /// <summary>An interface's method.</summary>
        public void Dispose() => Hidden();

        /// <summary>Not shown to anyone.</summary>
        internal void Hidden() => _items.Clear();

        /// <summary>A nested type.</summary>
        public enum Mode
        {
            /// <summary>First.</summary>
            Fast,

            /// <summary>Second.</summary>
            Slow,
        }
    }
#pragma warning restore CA1063, CA1816, CA1822, CA1034, CA1819
}
