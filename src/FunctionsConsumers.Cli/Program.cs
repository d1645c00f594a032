return await FunctionsConsumers.Cli.FcCommandLine.InvokeAsync(args);
