using FunctionsConsumers.Orders;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);

// The gap audit asks where a group begins (extensions.kafka.autoOffsetReset), since that decides what a gap is.
builder.Configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "host.json"), optional: false);
builder.Services.AddOrderConsumers(builder.Configuration);
builder.Build().Run();
