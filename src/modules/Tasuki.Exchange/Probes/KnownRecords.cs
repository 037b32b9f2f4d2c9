using System.Text;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Exchange.Probes;

/// <summary>
/// What is kept for the synthetic resident: records of several kinds from several sources, each with something an export could lose (the digits of a number, kanji beyond
/// the common ones, an attachment, the name of a source), a day of detailed measurements, and an original.
/// </summary>
internal static class KnownRecords
{
    private const string FileName = "試験用の原本.txt";

    private static readonly DateOnly Day = new(2026, 4, 1);
    private static readonly SampleDay Samples = new("steps", "{steps}", Day, [new Sample(0, 60, "12"), new Sample(60, 120, "0"), new Sample(86_340, 86_400, "7.50")]);

    private static ReadOnlySpan<byte> Original => "試験用の原本です。だれの情報でもありません。\n"u8;

    /// <param name="patient"><c>Patient/ID</c> of the resident.</param>
    public static IReadOnlyList<NewRecord> Records(string patient, DateTimeOffset now)
    {
        var self = $"{{\"reference\":\"{patient}\"}}";
        return
        [
            Record($$$"""
                "resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Body weight"}],"text":"体重"},
                "subject":{{{self}}},"effectiveDateTime":"2026-04-01T07:30:00+09:00","valueQuantity":{"value":60.50,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}
                """, DataCategory.Lifelog, SourceKind.Person, null),
            Record($$$"""
                "resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"4548-4","display":"Hemoglobin A1c"}],"text":"HbA1c（NGSP値）"},
                "subject":{{{self}}},"effectiveDateTime":"2026-04-01","valueQuantity":{"value":5.60,"unit":"%","system":"http://unitsofmeasure.org","code":"%"},"note":[{"text":"𠮷野・髙橋 <&\"> 0120"}]
                """, DataCategory.SpecificCheckup, SourceKind.Insurer, "試験用保険者"),
            Record($$$"""
                "resourceType":"MedicationStatement","status":"completed","medicationCodeableConcept":{"text":"試験用錠５ｍｇ"},
                "subject":{{{self}}},"effectivePeriod":{"start":"2026-04-01","end":"2026-04-14"},"dosage":[{"text":"1日1回朝食後"}]
                """, DataCategory.Medication, SourceKind.MedicalInstitution, "試験用薬局"),
            Record($$$"""
                "resourceType":"Immunization","status":"completed","vaccineCode":{"text":"試験用ワクチン"},"patient":{{{self}}},"occurrenceDateTime":"2026-04-01","lotNumber":"HTEST-01"
                """, DataCategory.Immunization, SourceKind.Municipality, "試験用自治体"),
            Record($$$"""
                "resourceType":"DocumentReference","status":"current","type":{"text":"試験用の文書"},"subject":{{{self}}},"date":"2026-04-01T00:00:00Z",
                "content":[{"attachment":{"contentType":"text/plain","data":"6Kmm6aiT55So44Gu5paH5pu444Gn44GZ44CC","title":"試験用.txt"}}]
                """, DataCategory.Chart, SourceKind.MedicalInstitution, "試験用医院"),
        ];

        NewRecord Record(string body, DataCategory category, SourceKind source, string? name)
        {
            var json = $"{{\"meta\":{{\"security\":[{ProbeResident.Label}]}},{body}}}";
            return new NewRecord(CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value, new RecordOrigin(source, name, null, null, now), category);
        }
    }

    /// <summary>Records last: where they are, all is. Errors of the vault.</summary>
    public static async Task<Result<Done>> Write(Session session, IReadOnlyList<NewRecord> records, CancellationToken cancel)
    {
        var samples = await session.WriteSamples([Samples], cancel);
        if (!samples.IsOk)
            return samples.Error;
        if ((await session.Files(cancel)).Count == 0)
        {
            using var content = new MemoryStream(Original.ToArray());
            var kept = await session.KeepFile(FileName, "text/plain", content, cancel);
            if (!kept.IsOk)
                return kept.Error;
        }

        return (await session.Write(records, cancel)).Map(_ => Done.Yes);
    }

    /// <summary>All of it as a <see cref="Holdings"/>.</summary>
    public static Holdings As(IReadOnlyList<NewRecord> records)
    {
        var held = new Holdings();
        foreach (var record in records)
            held.Record(record.Resource, record.Category, record.Origin.Kind, record.Origin.Name);
        held.Day(Samples);
        held.File(System.Security.Cryptography.SHA256.HashData(Original));
        return held;
    }
}
