import Foundation

// What AddressSanitizer and libFuzzer look after is in CFileFuzz; `run` beside this file is what `make fuzz-files` does, in the repository's folder.
let usage = """
  filefuzz --formats                        lists the formats
  filefuzz --seeds FORMAT FOLDER            writes the files of the tests that a format's inputs are made of
  filefuzz --FORMAT [FLAG ...] [FILE ...]   libFuzzer with its own flags and files: with files, reads those alone
  """
let arguments = CommandLine.arguments.dropFirst()
switch (arguments.first, arguments.count) {
case ("--formats", 1):
  for format in Format.allCases { print(format.rawValue) }
case ("--seeds", 3):
  guard let format = Format(rawValue: arguments[2]) else { fatalError(usage) }
  try format.writeSeeds(to: arguments[3])
case (let word?, _) where word.hasPrefix("--"):
  guard let format = Format(rawValue: String(word.dropFirst(2))) else { fatalError(usage) }
  exit(try Fuzzer.run(format))
default:
  print(usage)
  exit(2)
}
