namespace Tasuki.Compliance.Regime;

/// <summary>Where two regimes differ on one topic. A side is null when the regime has no rule for it.</summary>
public sealed record RegimeDifference(RegimeTopic Topic, RegimeArea Area, LegalRule? From, LegalRule? To)
{
    /// <summary>What is asked is the same, and only the place in the law is another.</summary>
    public bool IsPlaceOnly => From?.AsksTheSameAs(To) is true;
}

/// <summary>What changes when the operator does: purposes, texts, forms, clocks, thresholds.</summary>
public static class RegimeDifferences
{
    /// <summary>In the order of area and topic. Topics on which both ask the same at the same place are not there.</summary>
    public static IReadOnlyList<RegimeDifference> Between(LegalRegime before, LegalRegime after) =>
    [
        .. from topic in Enum.GetValues<RegimeTopic>()
        let difference = (From: before.Rule(topic), To: after.Rule(topic))
        where (difference.From ?? difference.To) is not null && !(difference.From?.AsksTheSameAs(difference.To) is true && difference.From.Clauses.SequenceEqual(difference.To!.Clauses))
        let area = (difference.From ?? difference.To)!.Area
        orderby area, topic
        select new RegimeDifference(topic, area, difference.From, difference.To),
    ];
}
