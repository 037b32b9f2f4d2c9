using Tasuki.People;

namespace Tasuki.FhirApi;

/// <summary>What a caller does with one resource.</summary>
internal enum RuledAction
{
    Read,
    Create,
    Update,
    Patch,
    Delete,
}

/// <summary>How a record stands to the one who asks.</summary>
internal enum RecordStanding
{
    /// <summary>Not there yet.</summary>
    New,

    /// <summary>Written here by the same app or clinician.</summary>
    Own,

    /// <summary>Typed in by the person, in the pages or from a file of theirs.</summary>
    Entered,

    /// <summary>From the national portal, a medical institution, an insurer, the municipality or an employer.</summary>
    Official,

    /// <summary>About nobody: kept by the municipality and shared by all.</summary>
    Shared,

    /// <summary>Anybody else's.</summary>
    Another,
}

/// <summary>One line of the table of <see cref="WriteRules"/>.</summary>
/// <param name="Refusal">Why not, and which way is open; null where it is open.</param>
internal sealed record WriteRule(string Type, RuledAction Action, ApiCallerKind Caller, RecordStanding Standing, string? Refusal);
