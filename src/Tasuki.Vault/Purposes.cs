using Tasuki.Kernel.Records;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault;

/// <summary>The list of purposes a vault starts with, and reading what stands in the store. A changed text is a new version.</summary>
internal static class Purposes
{
    private static readonly Purpose[] FromTheStart =
    [
        new(Purpose.OwnUse, 1, "ご本人が、ご自身の健康情報を見て、健康づくりに役立てるため", "個人情報の保護に関する法律 第18条（本人の同意に基づく利用）", AccessClasses.All),
        new(Purpose.Import, 1, "ご本人が取り込んだ健康情報を、ご本人のために保管するため", "個人情報の保護に関する法律 第18条・第20条第2項（本人の同意に基づく取得と利用）", AccessClasses.All),
        new(Purpose.Export, 1, "ご本人の求めに応じて、健康情報をすべてお渡しするため", "個人情報の保護に関する法律 第33条（保有個人データの開示）", AccessClasses.All),
        new(Purpose.Closure, 1, "ご本人の求めに応じて、健康情報と鍵を消去し、利用を終えるため", "個人情報の保護に関する法律 第22条・第35条（消去、利用停止等）", AccessClasses.All),
        new(Purpose.Care, 1, "ご本人が選んだ医療機関・薬局・保健師が、診療や保健指導に役立てるため", "個人情報の保護に関する法律 第27条第1項（本人の同意に基づく提供）", AccessClasses.All),
        new(Purpose.CareEntry, 1, "ご本人が選んだ医療機関・薬局・保健師が、診療や保健指導の記録を、ご本人のために書き入れるため", "個人情報の保護に関する法律 第20条第2項（本人の同意に基づく取得）", AccessClasses.All),
        new(Purpose.AppUse, 1, "ご本人がつないだアプリが、ご本人が選んだ健康情報を見て、ご本人の役に立てるため", "個人情報の保護に関する法律 第27条第1項（本人の同意に基づく提供）", AccessClasses.All),
        new(Purpose.AppEntry, 1, "ご本人がつないだアプリが、健康情報をご本人のために書き入れるため", "個人情報の保護に関する法律 第20条第2項（本人の同意に基づく取得）", AccessClasses.All),
        new(Purpose.AccountRecovery, 1, "窓口でご本人を確かめ、サインインできなくなったご本人がアカウントに戻れるようにするため（記録は開きません）", "個人情報の保護に関する法律 第23条（安全管理措置）", default),
        new(Purpose.LegalRequest, 1, "法律に基づく開示・訂正・利用停止の請求に応じ、開示すると決めた健康情報をご本人にお渡しするため", "個人情報の保護に関する法律 第33条から第35条・第76条から第103条", AccessClasses.All),
        new(Purpose.Operation, 1, "サービスを安全に動かし、不具合を直すため（担当者名と理由を必ず記録します）", "個人情報の保護に関する法律 第23条（安全管理措置）", AccessClasses.All),
    ];

    /// <summary>Writes what is missing, and returns the newest version of each that is valid now.</summary>
    public static async Task<IReadOnlyDictionary<string, Purpose>> Load(Database records, TimeProvider clock, bool create, CancellationToken cancel)
    {
        var now = Time.Micros(clock.GetUtcNow());
        if (create)
        {
            await using var work = await records.Write(cancel);
            foreach (var one in FromTheStart)
            {
                await work.Execute(
                    $"{VaultColumns.Purpose.InsertSql} on conflict (code, version) do nothing", cancel, ("@p0", one.Code), ("@p1", (long)one.Version), ("@p2", one.Text),
                    ("@p3", one.LegalBasis), ("@p4", (long)one.Classes.Bits), ("@p5", 0L));
            }

            await work.Commit(cancel);
        }

        await using var reading = await records.Read(cancel);
        var found = await reading.Query(
            "select code, version, text, legal_basis, classes from purpose where valid_from <= @now order by version",
            row => new Purpose(row.GetString(0), (int)row.GetInt64(1), row.GetString(2), row.GetString(3), new AccessClasses((ulong)row.GetInt64(4))), cancel, ("@now", now));
        var newest = new Dictionary<string, Purpose>(StringComparer.Ordinal);
        foreach (var one in found)
            newest[one.Code] = one;
        return newest;
    }
}
