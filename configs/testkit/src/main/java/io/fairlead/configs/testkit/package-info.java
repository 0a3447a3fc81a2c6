/** The tests that every config source must pass, those of other parties included. */
@NullMarked
package io.fairlead.configs.testkit;

import org.jspecify.annotations.NullMarked;
