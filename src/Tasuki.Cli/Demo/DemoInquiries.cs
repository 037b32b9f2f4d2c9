using Microsoft.Extensions.DependencyInjection;
using Tasuki.Community.Inquiries;
using Tasuki.Kernel;
using Tasuki.People;

namespace Tasuki.Cli.Demo;

/// <summary>Three synthetic inquiries, so that the desk has something to show: one answered, a complaint nobody has yet, and one of somebody who was not signed in.</summary>
internal static class DemoInquiries
{
    public static async Task<Result<Done>> Make(OpenedMunicipality municipality, IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        await using var scope = municipality.Scope();
        var services = scope.ServiceProvider;
        var ask = services.GetRequiredService<AskInquiry>();
        if (residents is [var first, ..])
        {
            var question = await ask.ByResident(first, new NewInquiry(InquiryKind.Technical, "去年の健診が一覧に出てきません", "先週、去年の健診の結果を取り込みましたが、一覧に今年の分しか出てきません。どうすれば見られますか。"), cancel);
            if (!question.IsOk)
                return question.Error;
            var answered = await Answer(services, question.Value.Number, cancel);
            if (!answered.IsOk)
                return answered;
            var complaint = await ask.ByResident(residents[^1], new NewInquiry(InquiryKind.Complaint, "同じ案内が二通届きました", "健診の案内が、同じ日に二通届きました。わたしの住所が二重に登録されていないか、確かめてください。"), cancel);
            if (!complaint.IsOk)
                return complaint.Error;
        }

        var visitor = await ask.ByVisitor(new NewInquiry(InquiryKind.Question, "登録に必要なもの", "このサービスの登録には、何が必要ですか。家族の分も一緒に申し込めますか。", "visitor@example.jp"), cancel);
        return visitor.IsOk ? Done.Yes : visitor.Error;
    }

    private static async Task<Result<Done>> Answer(IServiceProvider services, string number, CancellationToken cancel)
    {
        var officer = (await services.GetRequiredService<StaffDirectory>().With(DeskRight.AnswerInquiries, cancel))[0];
        var work = services.GetRequiredService<WorkOnInquiry>();
        var taken = await work.Take(officer, number, cancel);
        return taken.IsOk
            ? await work.Answer(officer, number, "健診の画面の年の選択で「すべて」を選ぶと、去年の結果もご覧になれます。それでも出ないときは、このページから続けてお知らせください。", cancel) : taken;
    }
}
