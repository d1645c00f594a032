using System.Reflection;
using Microsoft.Extensions.Logging;

namespace FunctionsConsumers.UnitTests.Layout;

/// <summary>The numbers of log events, which the operator's handbook and alerts name.</summary>
public sealed class LogEventsTests
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData("FunctionsConsumers.EffectivelyOnce")]
    [InlineData("FunctionsConsumers.Orders")]
    [InlineData("FunctionsConsumers.Operations")]
    public void Each_event_of_an_assembly_has_a_number_of_its_own(string assembly)
    {
        var events = Assembly.Load(assembly).GetTypes()
            .SelectMany(type => type.GetMethods(Own))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .ToList();

        Assert.Empty(events.GroupBy(message => message.EventId).Where(same => same.Count() > 1).Select(same => same.Key));
        Assert.True(assembly != "FunctionsConsumers.EffectivelyOnce" || events.Count > 40);
    }
}
