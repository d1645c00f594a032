using System.Text.RegularExpressions;
using FunctionsConsumers.EffectivelyOnce;

namespace FunctionsConsumers.Orders.Mail;

/// <summary>The folder of <c>.eml</c> files: whether it can be written to, and what has lain in it for long enough.</summary>
internal static partial class MailFolder
{
    /// <summary>What the name of a mail ends with.</summary>
    public const string Extension = ".eml";

    /// <summary>Tries whether mails can be written.</summary>
    /// <exception cref="SettingException">They cannot.</exception>
    public static void Check(string folder)
    {
        var trial = Unfinished(folder, "trial");
        try
        {
            if (Path.GetFileName(Path.GetDirectoryName(folder)) == ".local")
            {
                OwnerOnly.CloseFolder(folder);
            }

            OwnerOnly.CreateFolder(folder);
            OwnerOnly.Write(trial, []);
            File.Delete(trial);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingException(
                $"MailFolder is {folder}, where no mail can be written ({failure.Message}): name a folder that this user may write to, or "
                + $"a mail server in SmtpHost.", failure);
        }
    }

    /// <summary>The name under which a file is written before it is whole.</summary>
    public static string Unfinished(string folder, string id) => Path.Combine(folder, $".{id}.{Guid.NewGuid():N}.tmp");

    /// <summary>Removes a file that did not become whole.</summary>
    public static void Discard(string unfinished)
    {
        try
        {
            File.Delete(unfinished);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What kept the file from being written keeps it from being deleted; its name says that it is no mail.
        }
    }

    /// <summary>Removes mails of ours that are older than they may be. What others keep in the folder stays.</summary>
    /// <exception cref="IOException">The folder cannot be read, or a file cannot be removed.</exception>
    public static int Forget(string folder, DateTime before)
    {
        var count = 0;
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [])
        {
            if (Ours().IsMatch(Path.GetFileName(file)) && File.GetLastWriteTimeUtc(file) < before)
            {
                File.Delete(file);
                count++;
            }
        }

        return count;
    }

    // Whole mails, and what a host left behind that was killed while it wrote one.
    [GeneratedRegex(@"^([0-9a-f]{32}\.eml|\.([0-9a-f]{32}|trial)\.[0-9a-f]{32}\.tmp)$")]
    private static partial Regex Ours();
}
