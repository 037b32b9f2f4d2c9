namespace Tasuki.Web;

/// <summary>What a form takes from the person. Each has a sentence that says what for (<c>purpose-NAME</c>).</summary>
public enum Intake
{
    /// <summary>Who somebody is, for an account of their own.</summary>
    Account,

    /// <summary>Health records.</summary>
    Records,
    Inquiry,

    /// <summary>A request under the Act: disclosure, correction, stop.</summary>
    Request,

    /// <summary>An address that is told that something has arrived.</summary>
    Channel,

    /// <summary>A code from the counter or the post.</summary>
    Confirmation,

    /// <summary>The way back into an account.</summary>
    Recovery,

    /// <summary>An app, by who develops it.</summary>
    App,

    /// <summary>The name of who confirms an organisation by the code of a letter.</summary>
    Organisation,
}
