using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats;

/// <summary>
/// What a bundle says of everything in it: the guideline's category from the kind of document, and the institution that made it. eCheckup
/// (checkup-report-category and program codes), ePrescription, the two documents and CLINS collections are known by their codes, never by display texts.
/// </summary>
internal static class DocumentContext
{
    private const string ReportCategory = "http://jpfhir.jp/fhir/eCheckup/CodeSystem/checkup-report-category";

    public static ReadContext Of(BundleIndex index, JsonSource source, ReadContext outer)
    {
        var withheld = Withheld(index, source);
        var context = outer with
        {
            Rewrite = reference => index.Find(reference) is { } entry && BundleIndex.NameOf(entry) is { } name && !string.Equals(name, reference, StringComparison.Ordinal) ? name : null,
            Withheld = withheld.Count > 0 ? withheld : outer.Withheld,
        };
        if (index.Profiles.Any(IsClins))
            context = context with { Category = DataCategory.Chart, Source = SourceKind.MedicalInstitution };
        if (!string.Equals(index.Type, "document", StringComparison.Ordinal))
            return context;

        context = context with { Source = SourceKind.MedicalInstitution };
        if (index.Entries.FirstOrDefault(entry => string.Equals(entry.Type, "Composition", StringComparison.Ordinal)) is not { } first || Open(first, source) is not { } document)
            return context;
        using (document)
        {
            var composition = document.RootElement;
            return context with
            {
                Category = CategoryOf(composition) ?? CategoryOf(index.Profiles) ?? context.Category,
                SourceName = Maker(composition, index, source) ?? context.SourceName,
            };
        }
    }

    /// <summary>The category a Composition's own codes say; null where they say nothing (IPS) or nothing that is one category.</summary>
    public static DataCategory? CategoryOf(JsonElement composition)
    {
        foreach (var coding in Fields.Codings(composition, "category"))
        {
            if (!CodeSystems.Same(coding.System, ReportCategory))
                continue;
            switch (coding.Code)
            {
                case "10":
                    return DataCategory.SpecificCheckup;
                case "41":
                    return DataCategory.EmployerCheckup;
                case "42" or ['5', >= '1' and <= '8']:
                    return DataCategory.MunicipalScreening;
                case "43" or "44":
                    return DataCategory.MaternalInfantCheckup;
                case "40" or "90":
                    return Fields.Items(composition, "event").SelectMany(one => Fields.Codings(one, "code")).Select(OfProgram).FirstOrDefault(found => found is not null);
            }
        }

        return Fields.Codings(composition, "type").Select(type => type.Code switch
        {
            "57833-6" => DataCategory.EPrescription,
            "18842-5" or "57133-1" or "56447-6" => DataCategory.Chart,
            _ => (DataCategory?)null,
        }).FirstOrDefault(found => found is not null);
    }

    // 健診プログラムサービスコード 1.2.392.200119.6.1002. The checkup of the late-stage elderly is run by the regional union (020).
    private static DataCategory? OfProgram(Coding program) => program.Code switch
    {
        "010" or "020" => DataCategory.SpecificCheckup,
        "030" => DataCategory.EmployerCheckup,
        "060" or "090" => DataCategory.MunicipalScreening,
        _ => null,
    };

    private static DataCategory? CategoryOf(IReadOnlyList<string> profiles)
    {
        if (profiles.Any(profile => profile.Contains("/JP_Bundle_ePrescription", StringComparison.Ordinal)))
            return DataCategory.EPrescription;
        if (profiles.Any(profile => profile.Contains("/JP_Bundle_eReferral", StringComparison.Ordinal)
            || profile.Contains("/JP_Bundle_eDischargeSummary", StringComparison.Ordinal) || profile.Contains("/JP_Bundle_ePCS", StringComparison.Ordinal)))
        {
            return DataCategory.Chart;
        }

        return profiles.Any(profile => profile.Contains("/eMunicipalCheckup/", StringComparison.Ordinal)) ? DataCategory.MunicipalScreening : null;
    }

    private static bool IsClins(string profile) =>
        profile.StartsWith("http://jpfhir.jp/fhir/", StringComparison.Ordinal) && profile.Split('|')[0].EndsWith("/JP_Bundle_CLINS", StringComparison.Ordinal);

    // The organisation that wrote the document, else the one that keeps it.
    private static string? Maker(JsonElement composition, BundleIndex index, JsonSource source)
    {
        var references = Fields.Items(composition, "author").Concat(Fields.Items(composition, "custodian")).Select(one => Fields.Text(one, "reference"));
        return references.Select(reference => OrganizationName(reference, composition, index, source, indirect: true)).FirstOrDefault(name => name is not null);
    }

    private static string? OrganizationName(string? reference, JsonElement composition, BundleIndex index, JsonSource source, bool indirect)
    {
        if (reference is null)
            return null;
        if (reference.StartsWith('#'))
        {
            return Fields.Items(composition, "contained").Where(one => string.Equals(Fields.Text(one, "id"), reference[1..], StringComparison.Ordinal))
                .Select(one => Fields.IsType(one, "Organization") ? Fields.Text(one, "name") : null).FirstOrDefault();
        }

        if (index.Find(reference) is not { } entry || Open(entry, source) is not { } document)
            return null;
        using (document)
        {
            if (Fields.IsType(document.RootElement, "Organization"))
                return Fields.Text(document.RootElement, "name");
            return indirect && Fields.IsType(document.RootElement, "PractitionerRole") && document.RootElement.TryGetProperty("organization"u8, out var organization)
                ? OrganizationName(Fields.Text(organization, "reference"), composition, index, source, indirect: false) : null;
        }
    }

    private static HashSet<string> Withheld(BundleIndex index, JsonSource source)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (!WithheldRecords.MayStandIn(source.Bytes.Span))
            return names;
        foreach (var entry in index.Entries.Where(entry => entry.HasResource))
        {
            if (Open(entry, source) is not { } document)
                continue;
            using (document)
            {
                if (!WithheldRecords.Is(document.RootElement))
                    continue;
                if (entry.FullUrl is not null)
                    names.Add(entry.FullUrl);
                if (entry is { Type: not null, Id: not null })
                    names.Add($"{entry.Type}/{entry.Id}");
            }
        }

        return names;
    }

    private static JsonDocument? Open(BundleEntry entry, JsonSource source)
    {
        if (!entry.HasResource || JsonText.Fault(source.Bytes.Slice(entry.Start, entry.Length).Span) is not null)
            return null;
        try
        {
            return JsonDocument.Parse(source.Bytes.Slice(entry.Start, entry.Length), new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        }
        catch (JsonException)
        {
            // Said when the entry itself is read.
            return null;
        }
    }
}
