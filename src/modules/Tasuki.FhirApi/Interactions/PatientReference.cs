namespace Tasuki.FhirApi.Interactions;

/// <summary>Whether a reference leads to a Patient, however it is written: relative, absolute, with dots, escapes or letters of the other case.</summary>
internal static class PatientReference
{
    /// <summary>Null for a reference to anything else.</summary>
    /// <param name="root">The base of this server's addresses, without a slash at its end.</param>
    /// <returns>The id as it is written, empty where the Patient is not named by one (<c>Patient?identifier=…</c>); and whether the address is one of this server.</returns>
    public static (string Id, bool IsHere)? Of(string root, string reference)
    {
        if (IsPlain(reference))
            return reference.StartsWith("Patient/", StringComparison.OrdinalIgnoreCase) ? (reference["Patient/".Length..].Split('/')[0], true) : null;
        reference = reference.Trim();
        if (reference.StartsWith('#') || reference.StartsWith("urn:", StringComparison.OrdinalIgnoreCase))
            return null;
        var here = new Uri(root + "/");
        if (!Uri.TryCreate(here, reference, out var address))
            return null;
        var parts = Uri.UnescapeDataString(address.AbsolutePath).Split('/');
        var at = Array.FindLastIndex(parts, part => part.Equals("Patient", StringComparison.OrdinalIgnoreCase));
        if (at < 0)
            return null;
        // By another scheme or port it is the same server: behind a proxy neither is told for sure.
        var isHere = address.Host.Equals(here.Host, StringComparison.OrdinalIgnoreCase) && address.AbsolutePath.StartsWith(here.AbsolutePath, StringComparison.OrdinalIgnoreCase);
        return (at + 1 < parts.Length ? parts[at + 1] : "", isHere);
    }

    // Type/id and no more: nearly all there are, and nothing to resolve.
    private static bool IsPlain(string reference)
    {
        if (reference.Length == 0 || !char.IsAsciiLetter(reference[0]) || reference.Contains("/.", StringComparison.Ordinal))
            return false;
        foreach (var c in reference)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '-' or '.'))
                return false;
        }

        return true;
    }
}
