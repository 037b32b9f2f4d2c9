using System.Reflection;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace Tasuki.Architecture.Tests;

/// <summary>
/// A page and what stands on it are rendered side by side, and one database context serves one at a time. A component that is no page and asks on its own therefore asks in
/// a scope of its own, or is given what it shows.
/// </summary>
public sealed class ComponentTests
{
    private static readonly string[] Asynchronous = ["OnInitializedAsync", "OnParametersSetAsync"];

    // What they bring holds no database context.
    private static readonly string[] Harmless = ["Tasuki.Kernel", "Tasuki.Web"];

    [Fact]
    public void A_component_that_asks_beside_its_page_does_not_share_the_pages_context()
    {
        var asking = Directory.EnumerateFiles(AppContext.BaseDirectory, "Tasuki.*.dll").Select(Assembly.LoadFrom).SelectMany(a => a.GetTypes())
            .Where(t => typeof(ComponentBase).IsAssignableFrom(t) && !t.IsAbstract && t.GetCustomAttributes<RouteAttribute>().ToArray() is [])
            .Where(t => Asynchronous.Any(name => t.GetMethod(name, BindingFlags.Instance | BindingFlags.NonPublic) is { } method && method.DeclaringType != typeof(ComponentBase)))
            .ToList();
        Assert.Contains(asking, t => t.Name is "RecoveryBanner");
        var sharing = asking.SelectMany(t => t.GetProperties(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            .Where(p => p.GetCustomAttribute<InjectAttribute>() is not null && p.PropertyType.Assembly.GetName().Name is { } from
                && from.StartsWith("Tasuki.", StringComparison.Ordinal) && !Harmless.Contains(from, StringComparer.Ordinal))
            .Select(p => $"{t.Name} injects {p.PropertyType.Name}"));
        Assert.Empty(sharing);
    }
}
