using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>
/// Keeps the keys of cookies and forms in the municipality's database, shared by its servers, each wrapped whole under the municipality's field key: with the
/// database and without the ring no cookie can be made.
/// </summary>
internal sealed class CookieKeys(IServiceScopeFactory scopes, ISeal seal) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var scope = scopes.CreateScope();
        var rows = scope.ServiceProvider.GetRequiredService<TasukiDb>().Set<CookieKeyRow>().OrderBy(k => k.No).ToList();
        // A row that does not open was altered or belongs elsewhere: it is no key of ours.
        return [.. rows.Select(r => seal.OpenForMunicipality(Place(r.No), r.Xml)).Where(x => x.IsOk).Select(x => XElement.Parse(Encoding.UTF8.GetString(x.Value)))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var scope = scopes.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<TasukiDb>();
        var no = AccountSeals.RandomNo();
        db.Add(new CookieKeyRow { No = no, Xml = seal.SealForMunicipality(Place(no), Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting))) });
        db.SaveChanges();
    }

    private static SealPlace Place(long no) => new("cookie_key", "xml", no.ToString(CultureInfo.InvariantCulture));
}
