Console.Error.WriteLine("fc");
return 2;
