using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;

namespace Tasuki.People;

/// <summary>The account row behind the signed-in principal.</summary>
internal sealed class CurrentAccount(IHttpContextAccessor http, TasukiDb db, AccountSeals seals)
{
    public async Task<Account?> Get(CancellationToken cancel)
    {
        if (!long.TryParse(http.HttpContext?.User.FindFirstValue(Claims.Account), CultureInfo.InvariantCulture, out var no))
            return null;
        return await db.Set<Account>().AsNoTracking().SingleOrDefaultAsync(a => a.No == no, cancel) is { } account && seals.IsWhole(account) ? account : null;
    }
}
