namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where an isolated-worker app begins.</summary>
public class FunctionsApplication
{
    private FunctionsApplication()
    {
    }

    /// <summary>Makes the builder of the app. The stand-in cannot be run by the Functions host: it says so and ends the process with exit code 2.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>Never, on the stand-in.</returns>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        Console.Error.WriteLine("FunctionsConsumers was built on stand-ins of the Functions worker, because the package feed lacks the genuine packages: use ./run, or build with UseStandIns=false on a feed that has them.");
        Environment.Exit(2);
        return new FunctionsApplicationBuilder(args);
    }
}
