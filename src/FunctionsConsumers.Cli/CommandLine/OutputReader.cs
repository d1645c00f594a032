using System.Runtime.InteropServices;

namespace FunctionsConsumers.Cli.CommandLine;

/// <summary>
/// Notices that nobody reads standard output any more, as behind <c>| head</c>. .NET passes over what is written then, and a
/// command that waits writes nothing: so the system is asked.
/// </summary>
internal static class OutputReader
{
    private const int StandardOutput = 1;
    private const short Error = 0x8;
    private const short HungUp = 0x10;

    // An hour: the wait begins anew when it is over.
    private const int Wait = 3_600_000;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Poll(ref Watched watched, nuint count, int milliseconds);

    /// <summary>Begins to watch, for as long as the process lives.</summary>
    public static void Watch(Action gone)
    {
        // On Windows no such question can be asked; a reader there is a person.
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected
            || !NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "poll", out var address))
        {
            return;
        }

        var poll = Marshal.GetDelegateForFunctionPointer<Poll>(address);
        new Thread(() =>
        {
            // Asked for nothing, the system answers only with what goes wrong. A file never does, and an output that was
            // closed at the start has no reader to lose.
            var watched = new Watched { Descriptor = StandardOutput };
            while (poll(ref watched, 1, Wait) <= 0)
            {
                // Interrupted, or an hour has passed.
            }

            if ((watched.Returned & (Error | HungUp)) != 0)
            {
                gone();
            }
        }) { IsBackground = true, Name = "reader of the output" }.Start();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int Descriptor;
        public short Asked;
        public short Returned;
    }
}
