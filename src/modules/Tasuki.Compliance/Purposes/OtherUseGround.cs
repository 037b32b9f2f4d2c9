namespace Tasuki.Compliance.Purposes;

/// <summary>Why a municipality may use what it holds for another purpose than it was taken for (Act art. 69). The numbers are stored: never renumber.</summary>
public enum OtherUseGround : byte
{
    /// <summary>The purpose stood before anything was taken.</summary>
    None = 0,

    /// <summary>Art. 69(1).</summary>
    Law = 1,

    /// <summary>Art. 69(2)(i): the person agrees, or it is given to the person.</summary>
    Consent = 2,

    /// <summary>Art. 69(2)(ii): needed for a duty of the office itself, with good reason.</summary>
    OwnDuty = 3,

    /// <summary>Art. 69(2)(iii): needed for a duty of another public body, with good reason.</summary>
    PublicBody = 4,

    /// <summary>Art. 69(2)(iv): statistics, research, plainly for the person's good, or another special reason.</summary>
    Special = 5,
}
