namespace Tasuki.Fhir.Validation;

/// <summary>The entries of a Bundle.</summary>
internal static class EntryParts
{
    /// <summary>bdl-7: no two of one fullUrl and version.</summary>
    public static bool AreDistinct(Parts bundle)
    {
        var seen = new HashSet<(string Url, string Version)>();
        foreach (var entry in bundle.Each("entry"))
        {
            var url = entry.Text("fullUrl");
            if (url.Length > 0 && !seen.Add((url, Version(entry))))
                return false;
        }

        return true;
    }

    /// <summary>bdl-11, bdl-12: the first entry is a resource of this type.</summary>
    public static bool BeginWith(Parts bundle, string type)
    {
        foreach (var entry in bundle.Each("entry"))
            return entry.AnySays("resource", "resourceType", type);
        return false;
    }

    /// <summary>An address that ends in a type and an id, and a resource with an id, name the same (R4, bundle.html: they shall not disagree).</summary>
    public static bool LeadsToItself(Parts entry)
    {
        var url = entry.Raw("fullUrl");
        if (LiteralReference.TypeOf(url) is not { } type || url.IndexOf("/_history/"u8) >= 0)
            return true;
        foreach (var resource in entry.Each("resource"))
        {
            var id = resource.Raw("id");
            return id.IsEmpty || (resource.Says("resourceType", type.Name) && url[(url.LastIndexOf((byte)'/') + 1)..].SequenceEqual(id));
        }

        return true;
    }

    private static string Version(Parts entry)
    {
        foreach (var resource in entry.Each("resource"))
        {
            foreach (var meta in resource.Each("meta"))
                return meta.Text("versionId");
        }

        return "";
    }
}

/// <summary>obs-7: the code of an Observation and those of its components.</summary>
internal static class ComponentCodes
{
    public static bool Differ(Parts observation)
    {
        var own = new HashSet<(string System, string Version, string Code, string Display)>();
        foreach (var code in observation.Each("code"))
        {
            foreach (var coding in code.Each("coding"))
                own.Add(Key(coding));
        }

        foreach (var component in observation.Each("component"))
        {
            foreach (var code in component.Each("code"))
            {
                foreach (var coding in code.Each("coding"))
                {
                    if (own.Contains(Key(coding)))
                        return false;
                }
            }
        }

        return true;
    }

    private static (string System, string Version, string Code, string Display) Key(Parts coding) =>
        (coding.Text("system"), coding.Text("version"), coding.Text("code"), coding.Text("display"));
}

/// <summary>que-2: the linkIds of a Questionnaire, at any depth.</summary>
internal static class LinkIds
{
    public static bool AreDistinct(Parts questionnaire)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in questionnaire.Each("item"))
        {
            if (!AreDistinct(item, seen))
                return false;
        }

        return true;
    }

    private static bool AreDistinct(Parts item, HashSet<string> seen)
    {
        if (item.Text("linkId") is { Length: > 0 } id && !seen.Add(id))
            return false;
        foreach (var inner in item.Each("item"))
        {
            if (!AreDistinct(inner, seen))
                return false;
        }

        return true;
    }
}
