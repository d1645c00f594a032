using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace FunctionsConsumers.LocalHost.Functions;

/// <summary>Finds the functions of an app by their attributes. What it cannot run is an error, never passed over.</summary>
internal static class FunctionDiscovery
{
    /// <summary>Finds the functions of an assembly's public classes.</summary>
    /// <exception cref="LocalHostException">A function that this host cannot run.</exception>
    public static AppFunctions Find(Assembly assembly) => Find(assembly.GetExportedTypes());

    /// <summary>Finds the functions of some classes, by name.</summary>
    /// <exception cref="LocalHostException">A function that this host cannot run.</exception>
    public static AppFunctions Find(IEnumerable<Type> types)
    {
        var kafka = new SortedDictionary<string, KafkaFunction>(StringComparer.OrdinalIgnoreCase);
        var timers = new SortedDictionary<string, TimerFunction>(StringComparer.OrdinalIgnoreCase);
        var http = new SortedDictionary<string, HttpFunction>(StringComparer.OrdinalIgnoreCase);
        foreach (var method in types.SelectMany(
            type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { } function)
            {
                continue;
            }

            if (kafka.ContainsKey(function.Name) || timers.ContainsKey(function.Name) || http.ContainsKey(function.Name))
            {
                throw new LocalHostException($"Two functions are named {function.Name}: give one of them another name.");
            }

            switch (Trigger(function.Name, method))
            {
                case KafkaTriggerAttribute trigger:
                    kafka.Add(function.Name, DescribeKafka(function.Name, method, trigger));
                    break;
                case TimerTriggerAttribute trigger:
                    timers.Add(function.Name,
                        new TimerFunction(function.Name, method.DeclaringType!, trigger, Compile<TimerInfo>(function.Name, method)));
                    break;
                case HttpTriggerAttribute trigger:
                    http.Add(
                        function.Name, new HttpFunction(function.Name, method.DeclaringType!, trigger, Answering(function.Name, method)));
                    break;
                case var other:
                    throw new LocalHostException($"Function {function.Name} has the trigger {WithoutSuffix(other)}, "
                        + "which the local host does not know: it runs Kafka, timer and HTTP triggers.");
            }
        }

        return new AppFunctions([.. kafka.Values], [.. timers.Values], [.. http.Values]);
    }

    private static TriggerBindingAttribute Trigger(string name, MethodInfo method)
    {
        var triggers = method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes<TriggerBindingAttribute>()).ToList();
        return triggers switch
        {
            [] => throw new LocalHostException($"Function {name} has no trigger: mark one parameter with a trigger's attribute."),
            [var trigger] => trigger,
            _ => throw new LocalHostException($"Function {name} has more than one trigger: a function has exactly one."),
        };
    }

    private static KafkaFunction DescribeKafka(string name, MethodInfo method, KafkaTriggerAttribute trigger)
    {
        if (!trigger.IsBatched)
        {
            throw new LocalHostException($"Function {name} takes records one by one, which the local host does not do: "
                + "set IsBatched = true and take KafkaRecord[].");
        }

        if (trigger.KeyDataType != KafkaMessageKeyType.Binary)
        {
            throw new LocalHostException($"Function {name} has KeyDataType {trigger.KeyDataType}, under which a key that is none is "
                + "passed over: set KeyDataType = KafkaMessageKeyType.Binary.");
        }

        if (string.IsNullOrWhiteSpace(trigger.ConsumerGroup))
        {
            throw new LocalHostException($"Function {name} has no ConsumerGroup: give it one.");
        }

        return new KafkaFunction(name, method.DeclaringType!, trigger, Compile<KafkaRecord[]>(name, method));
    }

    /// <summary>Calls the method and writes its result. The worker knows more kinds of results; the app uses this one.</summary>
    private static Func<object?, HttpRequest, CancellationToken, Task> Answering(string name, MethodInfo method)
    {
        if (method.ReturnType != typeof(Task<IResult>))
        {
            throw new LocalHostException($"Function {name} returns {method.ReturnType.Name}, which the local host cannot send: "
                + "an HTTP function returns Task<IResult>.");
        }

        var call = Compile<HttpRequest>(name, method);
        return async (instance, request, cancellationToken) =>
        {
            var result = await (Task<IResult>)call(instance, request, cancellationToken);
            await result.ExecuteAsync(request.HttpContext);
        };
    }

    /// <summary>Makes a delegate of the method, so that a call costs no reflection.</summary>
    private static Func<object?, TInput, CancellationToken, Task> Compile<TInput>(string name, MethodInfo method)
    {
        var instance = Expression.Parameter(typeof(object));
        var input = Expression.Parameter(typeof(TInput));
        var cancellation = Expression.Parameter(typeof(CancellationToken));
        var arguments = method.GetParameters().Select(parameter => parameter.ParameterType switch
        {
            var type when type == typeof(TInput) && parameter.IsDefined(typeof(TriggerBindingAttribute)) => input,
            var type when type == typeof(CancellationToken) => cancellation,
            var type => throw new LocalHostException($"Function {name} has the parameter {parameter.Name} of type {type.Name}, "
                + $"which the local host cannot give: it gives {typeof(TInput).Name} to the trigger's parameter, "
                + "and a CancellationToken."),
        });

        Expression call = Expression.Call(method.IsStatic ? null : Expression.Convert(instance, method.DeclaringType!), method, arguments);
        call = method.ReturnType switch
        {
            var type when type == typeof(void) => Expression.Block(call, Expression.Constant(Task.CompletedTask)),
            var type when type == typeof(ValueTask) => Expression.Call(call, nameof(ValueTask.AsTask), null),
            var type when typeof(Task).IsAssignableFrom(type) => Expression.Convert(call, typeof(Task)),
            var type => throw new LocalHostException(
                $"Function {name} returns {type.Name}, which the local host does not know: return Task, ValueTask or void."),
        };
        return Expression.Lambda<Func<object?, TInput, CancellationToken, Task>>(call, instance, input, cancellation).Compile();
    }

    private static string WithoutSuffix(TriggerBindingAttribute trigger)
    {
        const string Suffix = "Attribute";
        var name = trigger.GetType().Name;
        return name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
    }
}
