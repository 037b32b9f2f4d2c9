using Tasuki.Fhir;
using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>A name in kanji and in kana. Family name and given name are apart; the joined forms have an ordinary half-width blank between them.</summary>
public sealed record SyntheticName(string Family, string Given, string FamilyKana, string GivenKana)
{
    public string Kanji => $"{Family} {Given}";

    public string Kana => $"{FamilyKana} {GivenKana}";
}

/// <summary>An address in たすき市, a city that does not exist; postal codes begin with 000, which Japan Post never gave out.</summary>
public sealed record SyntheticAddress(string PostalCode, string District, string Text);

/// <summary>One record of a synthetic resident.</summary>
/// <param name="Resource">Canonical R4. The patient is <c>Patient/self</c>; other references are the <see cref="LocalUrl"/> of another record of the same resident.</param>
/// <param name="Category">What the document around the record says it is.</param>
/// <param name="Source">Where the record would come from.</param>
/// <param name="SourceName">Who sent it, for people to read.</param>
/// <param name="LocalUrl">A <c>urn:uuid:</c> by which other records of the resident refer to this one; null when none does.</param>
public sealed record SyntheticRecord(CanonicalResource Resource, DataCategory Category, SourceKind Source, string SourceName, string? LocalUrl);

/// <summary>One day of one metric at high frequency. The values of a step metric add up to the steps of that day's record.</summary>
public sealed record SyntheticSampleDay(string Metric, string Unit, DateOnly Day, IReadOnlyList<SyntheticSample> Samples);

/// <summary>A value over a span of the day, in seconds from midnight (Asia/Tokyo), <paramref name="ToSecond"/> exclusive.</summary>
public readonly record struct SyntheticSample(int FromSecond, int ToSecond, string Value);

/// <summary>What was done wrong on purpose, as it happens where people type. Nothing in the data itself says so.</summary>
public enum SlipKind
{
    /// <summary>A digit too many: a systolic pressure of 1300.</summary>
    OutOfRange,

    /// <summary>The decimal point at the wrong place: a height of 17.2 cm.</summary>
    DecimalPoint,

    /// <summary>A number under another unit than the one it was measured in.</summary>
    WrongUnit,

    /// <summary>A quantity without a unit.</summary>
    MissingUnit,

    /// <summary>A day that has not come yet.</summary>
    FutureDate,
}

/// <summary>A slip and the record that has it (<see cref="SyntheticRecord.LocalUrl"/>).</summary>
public sealed record Slip(SlipKind Kind, string LocalUrl);

/// <summary>Everything a synthetic resident has, made in one go.</summary>
/// <param name="Slips">The wrong values among <paramref name="Records"/>.</param>
public sealed record ResidentData(IReadOnlyList<SyntheticRecord> Records, IReadOnlyList<SyntheticSampleDay> SampleDays, IReadOnlyList<Slip> Slips);

/// <summary>A person of the synthetic population. The records are made anew at every call and kept by nobody, so a million residents can pass through.</summary>
public sealed class SyntheticResident
{
    private readonly Person _person;

    internal SyntheticResident(Person person) => _person = person;

    /// <summary>From 0, in the order of generation.</summary>
    public int Index => _person.Index;

    /// <summary>From 0; residents of one household follow each other.</summary>
    public int Household => _person.Household.Number;

    /// <summary>Relation to the head of the household as the resident register writes it: 世帯主, 妻, 夫, 子, 父, 母.</summary>
    public string Relation => _person.Relation;

    public SyntheticName Name => _person.Name;

    public DateOnly BirthDate => _person.BirthDate;

    /// <summary>FHIR's <c>male</c> or <c>female</c>.</summary>
    public string Gender => _person.IsMale ? "male" : "female";

    public SyntheticAddress Address => _person.Household.Address;

    /// <summary>The person as an R4 Patient in the shape of JP Core. What <c>Patient/self</c> stands for; not among the records.</summary>
    public CanonicalResource Patient => PatientResource.Of(_person);

    /// <summary>What a file calls the Patient: a <c>urn:uuid:</c>.</summary>
    internal string PatientUrl => LocalUrl.New(_person.Dice(Dice.Stream.Ids, 1));

    /// <summary>The records alone, in the order of their kinds and then of time.</summary>
    public IEnumerable<SyntheticRecord> Records => MakeData().Records;

    /// <summary>Records, samples and slips. Two calls give equal bytes; several residents may be made at once on several threads.</summary>
    public ResidentData MakeData() => ResidentDiary.Of(_person);

    /// <summary>The age in whole years on a day.</summary>
    public int AgeOn(DateOnly day) => _person.AgeOn(day);
}
