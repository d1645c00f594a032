using FunctionsConsumers.Orders;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.Services.AddOrderConsumers(builder.Configuration);
builder.Build().Run();
