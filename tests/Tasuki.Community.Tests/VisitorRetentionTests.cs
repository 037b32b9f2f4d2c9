using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Community.Inquiries;
using Tasuki.Data;
using Tasuki.Kernel.Retention;
using Tasuki.People;
using Xunit;
using static Tasuki.Community.Tests.InquirySite;

namespace Tasuki.Community.Tests;

/// <summary>Inquiries of people without an account go a year after they were settled; nothing else does.</summary>
public sealed class VisitorRetentionTests
{
    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Settled_inquiries_of_visitors_go_complaints_keep_their_line_and_the_others_stay(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        var settled = site.Clock.Now;
        var rows = new (long No, InquiryKind Kind, InquiryState State, long? Resident)[]
        {
            (1, InquiryKind.Question, InquiryState.Closed, null), (2, InquiryKind.Technical, InquiryState.Answered, null), (3, InquiryKind.Complaint, InquiryState.Closed, null),
            (4, InquiryKind.Question, InquiryState.Open, null), (5, InquiryKind.Question, InquiryState.Waiting, null), (6, InquiryKind.Question, InquiryState.Closed, resident.Value),
            (7, InquiryKind.Question, InquiryState.Closed, null), (8, InquiryKind.Question, InquiryState.Closed, null),
        };
        foreach (var (no, kind, state, owner) in rows)
            await Add(site, no, kind, state, owner, no == 7 ? settled.AddDays(1) : settled);
        // Somebody with the database makes an inquiry look settled.
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("update inquiry set owner = 5 where no = 8", Cancel));

        Assert.Equal(" 0", await Counted(site, settled.AddYears(1).AddMinutes(-1)));
        var ask = new RetentionAsk(settled.AddYears(1), 1);
        Assert.Equal("complaint:1 inquiry:2 altered:1 0", await Counted(site, ask.At));
        Assert.Equal("complaint:1 inquiry:3 altered:1 3", await Counted(site, ask.At.AddDays(2)));

        var (after, done) = (0L, new List<string>());
        for (long? next = 0; next is { } from;)
        {
            var batch = await site.Do<VisitorInquiries, RetentionBatch>(r => r.Erase(ask, from, 1, Cancel));
            done.AddRange(batch.Done.Select(p => $"{p.Code}:{p.Number}"));
            (after, next) = (from, batch.Next);
        }

        Assert.Equal("inquiry:1 inquiry:1 complaint:1", string.Join(' ', done));
        Assert.Equal(8, after);
        Assert.Equal("altered:1 0", await Counted(site, ask.At));
        Assert.Equal("3 4 5 6 7 8", string.Join(' ', await site.Do<TasukiDb, List<long>>(db => db.Set<InquiryRow>().OrderBy(i => i.No).Select(i => i.No).ToListAsync(Cancel))));
        Assert.Equal("4 5 6 7 8", string.Join(' ', await site.Do<TasukiDb, List<long>>(db => db.Set<InquiryStepRow>().OrderBy(i => i.InquiryNo).Select(i => i.InquiryNo).ToListAsync(Cancel))));
        var complaint = await site.Do<TasukiDb, InquiryRow>(db => db.Set<InquiryRow>().AsNoTracking().SingleAsync(i => i.No == 3, Cancel));
        Assert.True(site.Services.GetRequiredService<InquirySeals>().IsWhole(complaint));
        Assert.Equal((null, null, 0, InquiryState.Closed), (complaint.About, complaint.CodeHash, complaint.Steps, complaint.State));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_resident_with_an_open_inquiry_has_something_open(DataStore store)
    {
        await using var site = await Start(store);
        await Add(site, 1, InquiryKind.Question, InquiryState.Answered, 11, site.Clock.Now);
        await Add(site, 2, InquiryKind.Question, InquiryState.Waiting, 12, site.Clock.Now);
        await Add(site, 3, InquiryKind.Complaint, InquiryState.New, 13, site.Clock.Now);
        await Add(site, 4, InquiryKind.Complaint, InquiryState.New, null, site.Clock.Now);
        var open = await site.Do<IEnumerable<IOpenMatter>, IReadOnlyCollection<long>>(m => m.Single().Residents(Cancel));
        Assert.Equal([12, 13], open.Order());
    }

    private static async Task<string> Counted(InquirySite site, DateTimeOffset at)
    {
        var found = await site.Do<VisitorInquiries, RetentionCount>(r => r.Count(new RetentionAsk(at, 1), Cancel));
        return string.Join(' ', found.Due.Concat(found.Held).Select(p => $"{p.Code}:{p.Number}")) + $" {found.Overdue}";
    }

    private static Task<int> Add(InquirySite site, long no, InquiryKind kind, InquiryState state, long? resident, DateTimeOffset at) => site.Do<TasukiDb, int>(db =>
    {
        var seals = site.Services.GetRequiredService<InquirySeals>();
        var row = new InquiryRow
        {
            No = no, Number = $"Q-{no}", ResidentNo = resident, Channel = InquiryChannel.Web, Kind = kind, State = state, Received = at, Since = at, Due = new DateOnly(2026, 12, 1), Steps = 1,
            CodeHash = [1], About = [1], Closed = state is InquiryState.Closed ? at : null, Answered = state is InquiryState.Answered ? at : null, Mac = [],
        };
        row.Mac = seals.MacOf(row);
        db.Add(row);
        db.Add(new InquiryStepRow { InquiryNo = no, Step = 1, ResidentNo = resident, At = at, Content = [1] });
        return db.SaveChangesAsync(Cancel);
    });
}
