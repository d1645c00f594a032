using System.Globalization;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.UnitTests.Fuzzing;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce;

public sealed class RowKeyFuzzTests(ITestOutputHelper output)
{
    private const int Inputs = 100_000;

    // What Table storage forbids in keys or treats in a way of its own, what keys are put together with, and the rest of Unicode.
    private const string Awkward = "/\\#?%+=!:'\"&<> \t\r\n\0\u001f\u007f\u0080\u009f\u00ad\u0130\u0131\u1e9e\ufeff\ufffd\uffff";

    private const string NearlyEscaped = "=====0000234aAdDfF.g!-\u0660";

    [Fact]
    public void Escaping_is_reversible_and_free_of_collisions_and_leaves_nothing_that_table_storage_forbids()
    {
        var run = new FuzzRun(output, Inputs);
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var hashed = 0;
        for (var input = 0; input < run.Inputs; input++)
        {
            var part = Part(run.Random);
            var escaped = RowKey.Escape(part);
            run.Require(RowKey.Unescape(escaped) == part, input, $"'{escaped}' gives back something else");

            var key = RowKey.OfSubject("key", part);
            hashed += key.StartsWith("key!==", StringComparison.Ordinal) ? 1 : 0;
            run.Require(key.Length <= RowKey.MaxLength
                && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '=' or '!'), input, key);
            run.Require(key == "key!" + escaped
                || (4 + escaped.Length > RowKey.MaxLength
                && key.Length == "key!==".Length + 64), input, "a hash that was not called for: " + key);
            run.Require(!keys.TryGetValue(key, out var other) || other == part, input, $"two subjects have the key {key}");
            keys[key] = part;
        }

        run.Note(string.Create(CultureInfo.InvariantCulture, $"{keys.Count} different keys, {hashed} of them hashes"));
        Assert.InRange(hashed, run.Inputs / 1000, run.Inputs / 2);
    }

    [Fact]
    public void Keys_of_several_parts_are_free_of_collisions()
    {
        var run = new FuzzRun(output, Inputs / 5);
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] kinds = ["stock", "invoice", "key"];
        string[] topics = ["t", "t.0", "order-events", "a_b", "0"];
        for (var input = 0; input < run.Inputs; input++)
        {
            var kind = kinds[run.Random.Next(kinds.Length)];
            var part = Part(run.Random);
            var coordinates = new Coordinates(topics[run.Random.Next(topics.Length)], run.Random.Next(12), run.Random.Next(12));
            var (key, meaning) = run.Random.Next(3) switch
            {
                0 => (RowKey.OfCounter(kind, part, coordinates), $"counter\0{kind}\0{part}\0{coordinates.Topic}\0{coordinates.Partition}"),
                1 => (RowKey.OfDeadLetter(coordinates), $"dead\0{coordinates.Topic}\0{coordinates.Partition}\0{coordinates.Offset}"),
                _ => (RowKey.OfSubject(kind, part), $"subject\0{kind}\0{part}"),
            };

            run.Require(key.Length <= RowKey.MaxLength, input, key);
            run.Require(!keys.TryGetValue(key, out var other) || other == meaning, input, $"two things have the key {key}");
            keys[key] = meaning;
        }
    }

    [Fact]
    public void Whatever_is_unescaped_either_was_escaped_so_or_is_refused()
    {
        var run = new FuzzRun(output, Inputs / 5);
        for (var input = 0; input < run.Inputs; input++)
        {
            var text = new string(
                [.. Enumerable.Range(0, run.Random.Next(12)).Select(_ => NearlyEscaped[run.Random.Next(NearlyEscaped.Length)])]);
            try
            {
                var part = RowKey.Unescape(text);
                run.Require(RowKey.Escape(part) == text, input, $"'{text}' and '{RowKey.Escape(part)}' are read as one");
            }
            catch (FormatException)
            {
                // Nobody escaped anything so.
            }
        }
    }

    private static string Part(Random random)
    {
        var length = random.Next(40) == 0 ? random.Next(90, 600) : random.Next(0, 14);
        var manner = random.Next(5);
        return string.Create(length, (random, manner), static (part, how) =>
        {
            for (var i = 0; i < part.Length; i++)
            {
                part[i] = how.manner switch
                {
                    0 => "ab0-_."[how.random.Next(6)],
                    1 => Awkward[how.random.Next(Awkward.Length)],
                    2 => (char)how.random.Next(0x10000),
                    3 => "=0aA3D!:"[how.random.Next(8)],
                    _ => (char)how.random.Next(0xD800, 0xE000),
                };
            }
        });
    }
}
