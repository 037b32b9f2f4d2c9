namespace Tasuki.Vault;

/// <summary>The types of which a record may be about nobody: who and where care is given, and what is asked. They hold no personal health data.</summary>
public static class SharedTypes
{
    private static readonly string[] Names = ["Location", "Organization", "Practitioner", "PractitionerRole", "Questionnaire"];

    public static IReadOnlyList<string> All => Names;

    public static bool Has(string type) => Names.Contains(type, StringComparer.Ordinal);
}
