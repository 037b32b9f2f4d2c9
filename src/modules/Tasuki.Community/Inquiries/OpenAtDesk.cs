using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Community.Inquiries;

/// <summary>Opens an inquiry for an officer. What a resident wrote is personal: the entry in their access log is durable before anything is opened.</summary>
internal sealed class OpenAtDesk(InquiryBook book, StaffDirectory directory, RecordVault vault)
{
    /// <summary>Null when there is no such inquiry, or the officer may not see it.</summary>
    /// <param name="what">A word of ours: what it is opened for.</param>
    public async Task<OpenedInquiry?> Open(StaffMember officer, string number, string what, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.AnswerInquiries) || await book.Find(number, cancel) is not { } row)
            return null;
        if (row.ResidentNo is { } resident)
            await vault.LogInquiry(officer.Actor, new ResidentNo(resident), what, cancel);
        return await book.Open(row, cancel);
    }

    /// <summary>Names of the officers with whom it lies or who did something. One who is no longer here has none.</summary>
    public async Task<IReadOnlyDictionary<long, string>> NamesOf(IEnumerable<long?> accounts, CancellationToken cancel)
    {
        var names = new Dictionary<long, string>();
        foreach (var no in accounts.OfType<long>().Distinct())
        {
            if (await directory.Find(no, cancel) is { } member)
                names[no] = member.Name;
        }

        return names;
    }
}
