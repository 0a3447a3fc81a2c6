package io.fairlead.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between the modules and between their packages, as compiled. */
class RoomsTest {
  /** What is generated for Istio's types is left out: it is much, and uses nothing of ours. */
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("/io/fairlead/istio/"))
          .importPackages("io.fairlead");

  private static final String[] ISTIO = {"io.fairlead.istio..", "io.envoyproxy..", "io.grpc.."};
  private static final String[] NETWORK = {
    "java.net..", "javax.net..", "io.grpc..", "io.netty..", "io.vertx..", "com.alibaba.."
  };

  @ParameterizedTest
  @MethodSource("rooms")
  void room_usesTheRoomsOfItsArrowsOnly(String folder) {
    arrows(room(folder)).check(MAIN);
  }

  /** Else the rule above would hold for a room that it does not see. */
  @ParameterizedTest
  @MethodSource("arrows")
  void arrow_isTakenAway_itsRoomBreaksTheRule(String folder, String use) {
    ArchRule fewer = arrows(room(folder).without(use));

    assertThat(fewer.evaluate(MAIN).hasViolation())
        .as("%s uses %s (else the arrow is no longer needed)", folder, use)
        .isTrue();
  }

  @Test
  void adapters_knowNoIstio() {
    noneOf(Room.ADAPTERS, ISTIO).check(MAIN);

    assertThat(noneOf(List.of("conversion"), ISTIO).evaluate(MAIN).hasViolation()).isTrue();
  }

  @Test
  void versionsAndViews_knowNoNetwork() {
    noneOf(List.of("versioning", "revisions"), NETWORK).check(MAIN);

    assertThat(noneOf(List.of("mcp-server/xds"), NETWORK).evaluate(MAIN).hasViolation()).isTrue();
  }

  @Test
  void packages_haveNoCycles() {
    ArchRule rule = slices().assignedFrom(new ByPackage()).should().beFreeOfCycles();

    rule.check(MAIN);

    // Which use each other for as long as there is Java.
    JavaClasses cycle = new ClassFileImporter().importClasses(String.class, Optional.class);
    assertThat(rule.evaluate(cycle).hasViolation()).isTrue();
  }

  @Test
  void classes_areAllInARoom() {
    String[] packages =
        Room.ALL.stream().flatMap(room -> room.packages().stream()).toArray(String[]::new);

    assertThat(MAIN.stream().filter(not(resideInAnyPackage(packages)))).isEmpty();
  }

  static Stream<String> rooms() {
    return Room.ALL.stream().map(Room::folder).filter(folder -> !folder.equals("istio-api"));
  }

  static Stream<Object[]> arrows() {
    return Room.ALL.stream()
        .flatMap(room -> room.uses().stream().map(use -> new Object[] {room.folder(), use}));
  }

  private static Room room(String folder) {
    return Room.of(folder).orElseThrow();
  }

  /** Fails on a room without classes, too: ArchUnit refuses rules about nothing. */
  private static ArchRule arrows(Room room) {
    return noClasses()
        .that()
        .resideInAnyPackage(room.packages().toArray(String[]::new))
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.fairlead..").and(not(resideInAnyPackage(room.reach()))))
        .as(room.folder() + " uses " + Room.COMMON + " and " + room.uses());
  }

  private static ArchRule noneOf(List<String> folders, String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(
            folders.stream()
                .flatMap(folder -> room(folder).packages().stream())
                .toArray(String[]::new))
        .should()
        .dependOnClassesThat(resideInAnyPackage(packages).and(not(equivalentTo(URI.class))));
  }

  private static final class ByPackage implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return SliceIdentifier.of(type.getPackageName());
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }
}
