namespace Tasuki.Fhir.Profiles.Terminology;

/// <summary>Is a code in a value set?</summary>
internal enum Membership
{
    No,
    Yes,

    /// <summary>The value set, or a code system it needs, is not at hand.</summary>
    Unknown,
}
