/**
 * The architecture as tests: arrows between modules, their POMs, their packages, and what the
 * documents name. Each rule is also shown to fail where it is broken.
 */
@NullMarked
package io.fairlead.architecture;

import org.jspecify.annotations.NullMarked;
