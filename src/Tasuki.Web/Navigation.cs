namespace Tasuki.Web;

/// <summary>One entry of the main navigation. Modules register theirs; the shell shows those whose policy the person meets, by <paramref name="Order"/>.</summary>
/// <param name="Label">Reads the text in the language of the request.</param>
/// <param name="Icon">A name of the icon sprite (<c>Components/Icon.razor</c>).</param>
public sealed record NavigationEntry(string Href, Func<IServiceProvider, string> Label, string Icon, int Order, string Policy);

/// <summary>A component without parameters that stands above every page of the shell of signed-in people; it shows nothing when it has nothing to say.</summary>
public sealed record ShellPart(Type Component);

/// <summary>A link of the footer on every page, such as the terms or the privacy notice. Registered by the module that has the page.</summary>
public sealed record FooterLink(string Href, Func<IServiceProvider, string> Label, int Order);

/// <summary>A link among the cards of the account page, registered by the module that has the page.</summary>
/// <param name="What">One sentence: what it is for.</param>
public sealed record AccountLink(string Href, Func<IServiceProvider, string> Label, Func<IServiceProvider, string> What, string Icon, int Order);

/// <summary>The assemblies that hold pages. Each module adds its own; the server hands them to the router and to the endpoints.</summary>
public sealed record PageAssembly(System.Reflection.Assembly Assembly);

/// <summary>Names of the authorization policies. Every endpoint names one of them; a test walks the endpoint table.</summary>
public static class Policies
{
    /// <summary>Anybody, signed in or not: said aloud, never by omission.</summary>
    public const string Anyone = "anyone";

    /// <summary>A signed-in resident.</summary>
    public const string Resident = "resident";

    /// <summary>A resident who proved a strong factor within the last minutes: for export, sharing, closing, and changes of sign-in.</summary>
    public const string ResidentFresh = "resident-fresh";

    /// <summary>A signed-in officer with a second factor.</summary>
    public const string Officer = "officer";

    /// <summary>A signed-in clinician with a second factor.</summary>
    public const string Clinician = "clinician";
}
