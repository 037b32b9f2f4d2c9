namespace Tasuki.Compliance.Regime;

/// <summary>What is known of a leak, loss or damage of personal data, or of what may be one.</summary>
/// <param name="Protected">The data was strongly encrypted or otherwise made unusable to others.</param>
/// <param name="Sensitive">Special care-required personal information (要配慮個人情報) is among it: nearly all of a personal health record.</param>
/// <param name="PropertyDamage">Money or property may be harmed by misuse.</param>
/// <param name="ImproperPurpose">Somebody did it on purpose, an attack among them.</param>
/// <param name="OrdinanceSensitive">Information is among it that the municipality's ordinance protects specially (条例要配慮個人情報).</param>
/// <param name="Persons">How many, as far as known.</param>
public sealed record BreachFacts(bool Protected, bool Sensitive, bool PropertyDamage, bool ImproperPurpose, bool OrdinanceSensitive, int? Persons);

/// <summary>One reason why a breach must be reported. The numbers are stored: never renumber.</summary>
public enum BreachTrigger : byte
{
    Sensitive = 1,
    PropertyDamage = 2,
    ImproperPurpose = 3,
    ManyPersons = 4,
    OrdinanceSensitive = 5,
}

/// <summary>When a breach must be reported, and until when.</summary>
/// <param name="MorePersonsThan">More persons than this are a reason by themselves.</param>
/// <param name="Ordinance">Whether the ordinance's own class is a reason.</param>
/// <param name="TellsPrincipal">Telling the municipality that entrusted the work discharges the operator's own report (art. 26(1), proviso).</param>
/// <param name="Certainty">Of the clocks.</param>
public sealed record BreachRules(int MorePersonsThan, bool Ordinance, bool TellsPrincipal, int FinalDays, int FinalDaysImproper, Certainty Certainty)
{
    /// <summary>Every reason that is met; none means that the law asks no report.</summary>
    public IReadOnlyList<BreachTrigger> Triggers(BreachFacts facts)
    {
        // What was made unusable to others is no breach to be reported (通則編 3-5-3).
        if (facts.Protected)
            return [];
        var met = new List<BreachTrigger>();
        if (facts.Sensitive)
            met.Add(BreachTrigger.Sensitive);
        if (facts.PropertyDamage)
            met.Add(BreachTrigger.PropertyDamage);
        if (facts.ImproperPurpose)
            met.Add(BreachTrigger.ImproperPurpose);
        if (facts.Persons > MorePersonsThan)
            met.Add(BreachTrigger.ManyPersons);
        if (Ordinance && facts.OrdinanceSensitive)
            met.Add(BreachTrigger.OrdinanceSensitive);
        return met;
    }

    public Deadline Final(DateOnly known, bool improperPurpose) => Clocks.Final(known, improperPurpose ? FinalDaysImproper : FinalDays, Certainty);
}
