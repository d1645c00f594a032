using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace FunctionsConsumers.UnitTests.Layout;

/// <summary>The metadata tokens in a method's instructions: what it calls, makes, casts to, loads and stores.</summary>
internal static class InstructionTokens
{
    private const byte TwoByteMark = 0xFE;

    private static readonly Dictionary<short, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => code.Value, code => code.OperandType);

    /// <summary>Reads a method's body.</summary>
    /// <param name="instructions">Its instructions.</param>
    /// <returns>The tokens, in order.</returns>
    public static IReadOnlyList<int> Of(BlobReader instructions)
    {
        List<int> tokens = [];
        while (instructions.RemainingBytes > 0)
        {
            var first = instructions.ReadByte();
            var code = first == TwoByteMark ? (short)((TwoByteMark << 8) | instructions.ReadByte()) : first;
            switch (Operands[code])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    tokens.Add(instructions.ReadInt32());
                    break;
                case OperandType.InlineSwitch:
                    var targets = instructions.ReadInt32();
                    instructions.Offset += 4 * targets;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    instructions.Offset += 8;
                    break;
                case OperandType.InlineVar:
                    instructions.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    instructions.Offset += 1;
                    break;
                case OperandType.InlineNone:
                    break;
                default:
                    instructions.Offset += 4;
                    break;
            }
        }

        return tokens;
    }
}
