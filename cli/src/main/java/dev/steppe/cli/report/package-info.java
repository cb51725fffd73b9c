/** Pictures and pages: they show numbers and text, whatever these are about. Uses no other package. */
package dev.steppe.cli.report;
