using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Tasuki.Web;

/// <summary>The entries of the main navigation that a person may follow, in order.</summary>
internal static class NavigationFor
{
    public static async Task<IReadOnlyList<NavigationEntry>> Person(IServiceProvider services, IAuthorizationService authorization, ClaimsPrincipal user)
    {
        var seen = new List<NavigationEntry>();
        var decided = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var entry in services.GetServices<NavigationEntry>().OrderBy(entry => entry.Order))
        {
            if (!decided.TryGetValue(entry.Policy, out var allowed))
                decided[entry.Policy] = allowed = (await authorization.AuthorizeAsync(user, resource: null, entry.Policy)).Succeeded;
            if (allowed)
                seen.Add(entry);
        }

        return seen;
    }
}
