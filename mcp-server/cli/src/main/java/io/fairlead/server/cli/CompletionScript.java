package io.fairlead.server.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The scripts by which shells complete the command, made from its commands and options. Words are
 * known to the script itself; names of registries, services and the like are asked of the gateway
 * that the line names, for at most two seconds.
 */
final class CompletionScript {
  // Where names are wanted: command and place of the word, or an option.
  private static final Map<String, Kind> NAMES =
      Map.of(
          "describe 0", Kind.services,
          "approve 0", Kind.guards,
          "reject 0", Kind.guards,
          "release 0", Kind.transactions,
          "--registry", Kind.registries);

  private static final String COMMON =
      """
      # Prints what may stand next, a line each; :files for names of files.
      # Words: the program, the word to complete, the words before it.
      _fairlead_candidates() {
        local program="$1" current="$2" command="" prev="" kind="" place=0
        local -a admin
        shift 3
        while [ $# -gt 0 ]; do
          prev=""
          case "$1" in
            @VALUES@)
              if [ $# -gt 1 ]; then
                if [ "$1" = --admin ]; then admin=(--admin "$2"); fi
                shift
              else
                prev="$1"
              fi
              ;;
            -*) ;;
            *)
              if [ -z "$command" ]; then
                command="$1"
              else
                place=$((place + 1))
                if [ $place = 1 ]; then kind="$1"; fi
              fi
              ;;
          esac
          shift
        done
        case "$command $prev" in
      @OPTION_VALUES@    *" ") ;;
          *) return ;;
        esac
        case "$current" in
          -*)
            case "$command" in
      @OPTIONS@      esac
            return
            ;;
        esac
        case "$command $place" in
          " 0") @WORDS@ @COMMANDS@ ;;
      @PLACES@    "get 1") _fairlead_names "$kind" ;;
        esac
      }
      _fairlead_words() { printf '%s\\n' "$@"; }
      _fairlead_names() {
        timeout 2 "$program" get "$1" -o name "${admin[@]}" 2>/dev/null | head -n 2000
      }
      """;

  private static final String BASH =
      """
      # bash completion of fairlead. In ~/.bashrc: source <(fairlead completion bash)
      @COMMON@
      _fairlead() {
        local current="" line="${COMP_LINE:0:COMP_POINT}" candidates candidate
        local -a words
        read -ra words <<< "$line"
        case "$line" in
          *[[:space:]]) ;;
          *) current="${words[${#words[@]} - 1]}"; unset "words[${#words[@]}-1]" ;;
        esac
        candidates=$(_fairlead_candidates "${words[0]}" "$current" "${words[@]}")
        COMPREPLY=()
        if [ "$candidates" = :files ]; then
          compopt -o filenames 2>/dev/null
          while IFS= read -r candidate; do
            if [ -n "$candidate" ]; then COMPREPLY+=("$candidate"); fi
          done < <(compgen -f -- "$current")
          return
        fi
        # Not by compgen -W, which would run what stands in a name.
        while IFS= read -r candidate; do
          case "$candidate" in
            "") ;;
            "$current"*) COMPREPLY+=("$(printf %q "$candidate")") ;;
          esac
        done <<< "$candidates"
        # The shell replaces only what follows the last colon.
        case "$current" in
          *:*) COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*:}"}"}") ;;
        esac
      }
      complete -F _fairlead fairlead
      """;

  private static final String ZSH =
      """
      #compdef fairlead
      # zsh completion of fairlead. In ~/.zshrc, after compinit: source <(fairlead completion zsh)
      @COMMON@
      _fairlead() {
        local -a candidates
        candidates=("${(@f)$(_fairlead_candidates "${words[1]}" "${words[CURRENT]}" "${(@)words[1,CURRENT-1]}")}")
        if [ "${candidates[1]}" = :files ]; then
          _files
        else
          compadd -- "${(@)candidates:#}"
        fi
      }
      compdef _fairlead fairlead
      """;

  private final Map<String, CommandLine> commands;

  CompletionScript(CommandSpec root) {
    this.commands = root.subcommands();
  }

  String bash() {
    return BASH.replace("@COMMON@\n", common());
  }

  String zsh() {
    return ZSH.replace("@COMMON@\n", common());
  }

  private String common() {
    return COMMON
        .replace("@WORDS@", "_fairlead_words")
        .replace("@VALUES@", String.join(" | ", valueOptions()))
        .replace("@OPTION_VALUES@", optionValues())
        .replace("@OPTIONS@", options())
        .replace("@PLACES@", places())
        .replace("@COMMANDS@", String.join(" ", commands.keySet()));
  }

  private Set<String> valueOptions() {
    Set<String> names = new LinkedHashSet<>();
    commands
        .values()
        .forEach(
            command ->
                command.getCommandSpec().options().stream()
                    .filter(CompletionScript::takesValue)
                    .forEach(option -> names.addAll(List.of(option.names()))));
    return names;
  }

  private static boolean takesValue(OptionSpec option) {
    return option.arity().max() > 0;
  }

  private String optionValues() {
    StringBuilder cases = new StringBuilder();
    commands.forEach(
        (name, command) -> {
          for (OptionSpec option : command.getCommandSpec().options()) {
            String candidates = takesValue(option) ? values(option.longestName(), option) : "";
            if (!candidates.isEmpty()) {
              cases
                  .append("    ")
                  .append(
                      Arrays.stream(option.names())
                          .map(each -> "\"" + name + " " + each + "\"")
                          .collect(Collectors.joining(" | ")))
                  .append(") ")
                  .append(candidates)
                  .append("; return ;;\n");
            }
          }
        });
    return cases.toString();
  }

  private static String values(String key, ArgSpec argument) {
    Kind names = NAMES.get(key);
    if (names != null) {
      return "_fairlead_names " + names;
    }
    List<String> candidates = candidates(argument);
    if (!candidates.isEmpty()) {
      return "_fairlead_words " + String.join(" ", candidates);
    }
    return isFile(argument) ? "echo :files" : "";
  }

  private static boolean isFile(ArgSpec argument) {
    return argument.type() == Path.class || argument.paramLabel().equals("FILE");
  }

  private static List<String> candidates(ArgSpec argument) {
    List<String> candidates = new ArrayList<>();
    if (argument.type().isEnum()) {
      for (Object constant : argument.type().getEnumConstants()) {
        candidates.add(constant.toString().toLowerCase(Locale.ROOT));
      }
    } else if (argument.completionCandidates() != null) {
      argument.completionCandidates().forEach(candidates::add);
    }
    return candidates;
  }

  private String options() {
    StringBuilder cases = new StringBuilder();
    commands.forEach(
        (name, command) ->
            cases
                .append("        ")
                .append(name)
                .append(") _fairlead_words ")
                .append(
                    command.getCommandSpec().options().stream()
                        .flatMap(option -> Arrays.stream(option.names()))
                        .collect(Collectors.joining(" ")))
                .append(" ;;\n"));
    return cases.append("        *) _fairlead_words --help --version ;;\n").toString();
  }

  private String places() {
    StringBuilder cases = new StringBuilder();
    commands.forEach(
        (name, command) -> {
          var places = command.getCommandSpec().positionalParameters();
          for (int i = 0; i < places.size(); i++) {
            String candidates = values(name + " " + i, places.get(i));
            if (!candidates.isEmpty()) {
              cases.append("    \"").append(name).append(' ').append(i).append("\") ");
              cases.append(candidates).append(" ;;\n");
            }
          }
        });
    return cases.toString();
  }

  String fish() {
    StringBuilder script =
        new StringBuilder(
            """
            # fish completion of fairlead:
            #   fairlead completion fish > ~/.config/fish/completions/fairlead.fish
            function __fairlead_names
                set -l words (commandline -opc)
                set -l admin
                set -l at (contains -i -- --admin $words)
                and set -q words[(math $at + 1)]
                and set admin --admin $words[(math $at + 1)]
                timeout 2 $words[1] get $argv[1] -o name $admin 2>/dev/null | head -n 2000
            end
            function __fairlead_at
                set -l place 0
                set -l command
                set -l skip 0
                for word in (commandline -opc)[2..-1]
                    if test $skip = 1
                        set skip 0
                        continue
                    end
                    switch $word
                        case @VALUES@
                            set skip 1
                        case '-*'
                        case '*'
                            if test -z "$command"
                                set command $word
                            else
                                set place (math $place + 1)
                            end
                    end
                end
                test "$command $place" = "$argv"
            end
            function __fairlead_kind
                set -l seen 0
                for word in (commandline -opc)
                    if test $seen = 1
                        echo $word
                        return
                    end
                    test $word = get
                    and set seen 1
                end
            end
            complete -c fairlead -f
            """
                .replace("@VALUES@", String.join(" ", valueOptions())));
    commands.forEach(
        (name, command) -> {
          CommandSpec spec = command.getCommandSpec();
          line(script, "__fairlead_at ' 0'", "-a " + name + " -d " + fishText(summary(spec)));
          for (OptionSpec option : spec.options()) {
            line(script, "__fish_seen_subcommand_from " + name, fishOption(option));
          }
          for (int i = 0; i < spec.positionalParameters().size(); i++) {
            String values = fishValues(name + " " + i, spec.positionalParameters().get(i));
            if (!values.isEmpty()) {
              line(script, "__fairlead_at " + name + " " + i, values);
            }
          }
        });
    line(script, "__fairlead_at get 1", "-a '(__fairlead_names (__fairlead_kind))'");
    return script.toString();
  }

  private static void line(StringBuilder script, String condition, String rest) {
    script.append("complete -c fairlead -n \"").append(condition).append("\" ").append(rest);
    script.append('\n');
  }

  private static String fishOption(OptionSpec option) {
    StringBuilder text = new StringBuilder();
    for (String name : option.names()) {
      text.append(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1));
      text.append(' ');
    }
    if (takesValue(option)) {
      String values = fishValues(option.longestName(), option);
      text.append(values.isEmpty() ? "-x" : isFile(option) ? "-r -F" : "-x " + values).append(' ');
    }
    String[] description = option.description();
    return text.append("-d ")
        .append(fishText(description.length == 0 ? "" : description[0]))
        .toString();
  }

  private static String fishValues(String key, ArgSpec argument) {
    Kind names = NAMES.get(key);
    if (names != null) {
      return "-a '(__fairlead_names " + names + ")'";
    }
    List<String> candidates = candidates(argument);
    return candidates.isEmpty()
        ? isFile(argument) ? "-F" : ""
        : "-a '" + String.join(" ", candidates) + "'";
  }

  private static String summary(CommandSpec spec) {
    String[] description = spec.usageMessage().description();
    return description.length == 0 ? "" : description[0];
  }

  private static String fishText(String text) {
    String sentence = text.replaceFirst("[.:;(].*", "").replaceAll("\\$\\{[^}]*}", "").strip();
    return "'" + sentence.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
