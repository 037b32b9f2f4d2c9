using Tasuki.Kernel.Records;

namespace Tasuki.Vault;

/// <summary>
/// A versioned purpose of use (利用目的; APPI art. 17, 18, 61): text, legal basis, categories. Nothing is processed without one. The official text is meant for everybody.
/// </summary>
public sealed record Purpose(string Code, int Version, string Text, string LegalBasis, AccessClasses Classes)
{
    /// <summary>The person sees and keeps their own records.</summary>
    public const string OwnUse = "own-use";

    /// <summary>The person brings records in.</summary>
    public const string Import = "import";

    /// <summary>The person takes their records out.</summary>
    public const string Export = "export";

    /// <summary>The person closes the account; key and rows are destroyed.</summary>
    public const string Closure = "closure";

    /// <summary>Care by an institution the person shares with.</summary>
    public const string Care = "care";

    /// <summary>An institution the person shares with writes records of its own. Given beside <see cref="Care"/>, to clinicians and to the systems of institutions.</summary>
    public const string CareEntry = "care-entry";

    /// <summary>An app the person connected reads what they chose. Given to applications alone.</summary>
    public const string AppUse = "app-use";

    /// <summary>An app the person connected writes records. Given to applications alone, beside <see cref="AppUse"/>.</summary>
    public const string AppEntry = "app-entry";

    /// <summary>Finding a person at the counter, after an identity check, so that they get back into their account. Opens no record.</summary>
    public const string AccountRecovery = "account-recovery";

    /// <summary>Answering a request under the Act: opening what was asked, and, once it is decided, handing over what is disclosed. Given to jobs that name the request; it never writes.</summary>
    public const string LegalRequest = "legal-request";

    /// <summary>Running the service: synthetic populations, moves between stores, repair. Named operator, reason, logged.</summary>
    public const string Operation = "operation";
}
