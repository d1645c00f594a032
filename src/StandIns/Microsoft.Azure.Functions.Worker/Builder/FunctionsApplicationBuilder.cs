using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds an isolated-worker app.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    private readonly HostApplicationBuilder _builder;

    internal FunctionsApplicationBuilder(string[] args) => _builder = Host.CreateApplicationBuilder(args);

    /// <inheritdoc />
    public ConfigurationManager Configuration => _builder.Configuration;

    IConfigurationManager IHostApplicationBuilder.Configuration => _builder.Configuration;

    /// <inheritdoc />
    public IHostEnvironment Environment => _builder.Environment;

    /// <inheritdoc />
    public ILoggingBuilder Logging => _builder.Logging;

    /// <inheritdoc />
    public IMetricsBuilder Metrics => _builder.Metrics;

    /// <inheritdoc />
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_builder).Properties;

    /// <inheritdoc />
    public IServiceCollection Services => _builder.Services;

    /// <inheritdoc />
    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => ((IHostApplicationBuilder)_builder).ConfigureContainer(factory, configure);

    /// <summary>Builds the app.</summary>
    /// <returns>The host.</returns>
    public IHost Build() => _builder.Build();
}
