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
