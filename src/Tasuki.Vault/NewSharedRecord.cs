using Tasuki.Fhir;

namespace Tasuki.Vault;

/// <summary>One record about nobody, to be shared by all.</summary>
/// <param name="Position">Where it stands in what was brought, for sentences about it.</param>
/// <param name="LocalUrl">What others of the same import call it beside <c>Type/id</c>: the fullUrl of a Bundle's entry.</param>
public sealed record NewSharedRecord(CanonicalResource Resource, string Position, string? LocalUrl = null);

/// <summary>A row of the shared records, for a list: numbers, no names.</summary>
/// <param name="Opens">False: the row was altered or moved. It is not served.</param>
public sealed record SharedLine(long Number, string Type, int Version, bool Opens);
