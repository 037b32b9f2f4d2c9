using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>Who stands behind an access token.</summary>
public enum ApiCallerKind
{
    /// <summary>An app a resident connected: within the resident's grants to it.</summary>
    ResidentApp,

    /// <summary>An app that stands in for a clinician: within the clinician's own rights.</summary>
    ClinicianApp,

    /// <summary>A service without a person: within what residents granted to the app itself.</summary>
    Backend,
}

/// <summary>
/// A caller of <c>/fhir</c>. The scopes narrow, the gate decides: an answer needs both. A request reads through <see cref="Open"/>, or opens the vault itself with
/// <see cref="Actor"/> and one of the two purposes.
/// </summary>
/// <param name="Resident">The one whose records a patient scope speaks of; null where no patient was launched.</param>
/// <param name="Patient">The id of that resident's Patient, as the token response said it.</param>
/// <param name="Practitioner">The account of the clinician, for <see cref="ApiCallerKind.ClinicianApp"/>.</param>
/// <param name="App">The app's number, its <c>client_id</c>.</param>
/// <param name="Grant">The vault's grant to read, for <see cref="ApiCallerKind.ResidentApp"/>.</param>
public sealed record ApiCaller(
    ApiCallerKind Kind, Actor Actor, ResidentNo? Resident, string? Patient, long? Practitioner, long App, long? Grant, SmartScopes Scopes, DateTimeOffset Until)
{
    /// <summary>The purpose a read is opened for.</summary>
    public string ReadPurpose => Kind is ApiCallerKind.ClinicianApp ? Purpose.Care : Purpose.AppUse;

    /// <summary>The purpose a write is opened for.</summary>
    public string WritePurpose => Kind is ApiCallerKind.ClinicianApp ? Purpose.CareEntry : Purpose.AppEntry;
}
