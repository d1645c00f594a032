return await FunctionsConsumers.Cli.CommandLine.FcCommandLine.InvokeAsync(args);
