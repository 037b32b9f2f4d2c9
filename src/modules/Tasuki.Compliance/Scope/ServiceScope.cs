namespace Tasuki.Compliance.Scope;

/// <summary>Who runs the service in law (運営主体). It decides which chapter of the Act (APPI) applies. The numbers are stored: never renumber.</summary>
public enum OperatorKind : byte
{
    /// <summary>A city, town, village or ward, with its own national health insurance (国保) where it runs one.</summary>
    Municipality = 1,

    /// <summary>A union of municipalities (広域連合); the law treats it as one.</summary>
    WideAreaUnion = 2,

    Company = 3,

    /// <summary>A hospital or clinic of a municipality: chapter 4 for most, chapter 5 for the rest (Art. 58).</summary>
    MunicipalHospital = 4,

    PrivateMedicalInstitution = 5,

    /// <summary>健保組合.</summary>
    HealthInsuranceSociety = 6,

    /// <summary>国保組合.</summary>
    NationalHealthInsuranceSociety = 7,

    /// <summary>A company to which a municipality has entrusted the service.</summary>
    EntrustedCompany = 8,
}

/// <summary>What the operator does with the service (guideline ch. 1). The numbers are stored: never renumber.</summary>
public enum ProviderType : byte
{
    DevelopsOnly = 1,
    ProvidesOnly = 2,
    DevelopsAndProvides = 3,

    /// <summary>Passes data on and holds none for itself (流通のみ).</summary>
    PassesOnOnly = 4,
}

/// <summary>How the service reaches the person. The numbers are stored: never renumber.</summary>
public enum DeliveryForm : byte
{
    BusinessToPerson = 1,
    BusinessToBusinessToPerson = 2,
    IntroducedByIntermediary = 3,

    /// <summary>By way of a government, a payer or a care provider (B to G/P/D to C).</summary>
    PublicBodyToPerson = 4,
}

/// <summary>What the service does with records (guideline ch. 1). The numbers are stored: never renumber.</summary>
[Flags]
public enum ServiceFunctions
{
    None = 0,
    Record = 1,
    View = 2,
    Keep = 4,
    PassOn = 8,

    /// <summary>Intervention or analysis.</summary>
    Use = 16,
}

/// <summary>Where the records lie. The numbers are stored: never renumber.</summary>
public enum HostingPlace : byte
{
    OwnMachines = 1,
    Cloud = 2,
}

/// <summary>What decides which requirements apply: the answers of the scope check.</summary>
/// <param name="Mynaportal">Whether records are fetched through its interfaces.</param>
/// <param name="Institutions">Whether medical institutions are connected by contract.</param>
public sealed record ServiceScope(
    OperatorKind Operator, ProviderType Provider, DeliveryForm Delivery, ServiceFunctions Functions, HostingPlace Hosting, bool Mynaportal, bool Institutions);
