using System.Text.Json;
using FunctionsConsumers.Peers;

// One round for each line of the input; its answer is a line that begins with "answer ". The process lives as long as the
// benchmark, so that every round but the first runs on code that is warm, as the other side's does.
while (await Console.In.ReadLineAsync() is { Length: > 0 } line)
{
    var round = JsonSerializer.Deserialize(line, RoundJson.Default.Round) ?? throw new JsonException("A round is an object.");
    var answer = await WolverineRound.RunAsync(round);
    Console.WriteLine("answer " + JsonSerializer.Serialize(answer, RoundJson.Default.Answer));
}
