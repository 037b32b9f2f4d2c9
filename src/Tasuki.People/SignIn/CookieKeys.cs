using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// Keeps the keys of cookies and forms in the municipality's database, shared by its servers, each wrapped whole under a key of the ring: with the
/// database and without the ring no cookie can be made.
/// </summary>
internal sealed class CookieKeys(IServiceScopeFactory scopes, RecordVault vault) : IXmlRepository
{
    private const string Purpose = "cookie";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var scope = scopes.CreateScope();
        var rows = scope.ServiceProvider.GetRequiredService<TasukiDb>().Set<CookieKeyRow>().OrderBy(k => k.No).ToList();
        // A row that does not open was altered or belongs elsewhere: it is no key of ours.
        return [.. rows.Select(r => vault.UnprotectRing(Purpose, r.Xml)).Where(x => x.IsOk).Select(x => XElement.Parse(Encoding.UTF8.GetString(x.Value)))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var scope = scopes.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<TasukiDb>();
        var no = AccountSeals.RandomNo();
        db.Add(new CookieKeyRow { No = no, Xml = vault.ProtectRing(Purpose, Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting))) });
        db.SaveChanges();
    }
}
