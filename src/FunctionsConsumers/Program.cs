using FunctionsConsumers;
using FunctionsConsumers.Orders.Settings;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = FunctionsApplication.CreateBuilder(args);

// The gap audit asks where a group begins (extensions.kafka.autoOffsetReset), since that decides what a gap is.
builder.Configuration.AddHostJson(AppContext.BaseDirectory);
HostSettings.CheckDeadline(builder.Configuration);
builder.ConfigureFunctionsWebApplication();

builder.Services.AddTelemetry(builder.Configuration, isWorker: true);
builder.Services.AddOrdersApp(builder.Configuration);
var app = builder.Build();
var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FunctionsConsumers");
foreach (var line in SettingsInEffect.Lines(app.Services))
{
    AppLog.Setting(log, line);
}

if (KafkaExtension.Notice is { } notice)
{
    AppLog.Notice(log, notice);
}

app.Run();

/// <summary>What the app itself says.</summary>
internal static partial class AppLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Notice}")]
    public static partial void Notice(ILogger logger, string notice);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Setting}")]
    public static partial void Setting(ILogger logger, string setting);
}
