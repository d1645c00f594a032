using System.CommandLine;
using FunctionsConsumers.Cli.CommandLine;

namespace FunctionsConsumers.Cli.Completion;

/// <summary><c>fc completion</c>: scripts that ask fc itself what may follow, by the directive <c>[suggest]</c> of its parser.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # fc: put this line into ~/.bashrc:  source <(fc completion bash)
        _fc() {
            local IFS=$'\n'
            local words="$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)"
            COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _fc fc ./fc
        """;

    private const string Zsh = """
        # fc: put this line into ~/.zshrc:  source <(fc completion zsh)
        _fc() {
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -- $found
        }
        compdef _fc fc ./fc
        """;

    private const string PowerShell = """
        # fc: put this line into $PROFILE:  fc completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName fc -ScriptBlock {
            param($word, $line, $position)
            fc "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create(Caller caller)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or pwsh" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        var completion = new Command("completion",
            "Prints a script that completes the commands and options of fc in a shell: source <(fc completion bash).") { shell };
        return completion.Runs(caller, call =>
        {
            call.Terminal.Out.WriteLine(call.Given.GetValue(shell) switch { "zsh" => Zsh, "pwsh" => PowerShell, _ => Bash });
            return Task.FromResult(ExitCode.Good);
        });
    }
}
