namespace Tasuki.Kernel.Records;

/// <summary>Where a record came from. The numbers are part of stored bytes: never renumber, only add, up to 15.</summary>
public enum SourceKind : byte
{
    /// <summary>Not known: the file did not say and the person was not asked.</summary>
    Unknown = 0,

    Mynaportal = 1,

    MedicalInstitution = 2,

    Insurer = 3,

    /// <summary>Another personal health record service, Tasuki elsewhere included.</summary>
    OtherPhr = 4,

    Device = 5,

    /// <summary>Typed in by the person or their proxy.</summary>
    Person = 6,

    Municipality = 7,

    Employer = 8,
}
