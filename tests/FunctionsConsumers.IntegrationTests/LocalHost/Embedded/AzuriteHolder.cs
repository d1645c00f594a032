using System.Runtime.CompilerServices;
using FunctionsConsumers.LocalHost.Embedded;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Embedded;

/// <summary>
/// What this assembly is when it is started with the variable set: a process that holds an Azurite, says its id, and
/// waits to be killed. It lives here so that the test needs no further project.
/// </summary>
internal static class AzuriteHolder
{
    public const string Variable = "FC_TEST_HOLDS_AZURITE";

#pragma warning disable CA2255 // Before the runner's own entry point is the only place.
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void Hold()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            return;
        }

        Environment.SetEnvironmentVariable(Variable, null);
        try
        {
            var azurite = Azurite.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
            Console.WriteLine(azurite.ProcessId);
        }
        catch (Exception e)
        {
            Console.WriteLine(e.Message);
            throw;
        }

        Thread.Sleep(Timeout.Infinite);
    }
}
