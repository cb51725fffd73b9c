@echo off
rem The steppe command for Windows: finds a JDK 25, builds the jars when they are missing or older than the sources, and runs Java.
rem STEPPE_OPTS: more options for Java.
setlocal EnableExtensions DisableDelayedExpansion
set "HERE=%~dp0"
set "HERE=%HERE:~0,-1%"

set "JDK="
if defined JAVA_HOME call :try "%JAVA_HOME%"
for /f "delims=" %%J in ('where java 2^>nul') do call :try "%%~dpJ.."
for %%R in ("%ProgramFiles%\Eclipse Adoptium" "%ProgramFiles%\Java" "%ProgramFiles%\Microsoft" "%ProgramFiles%\Zulu" "%ProgramFiles%\Amazon Corretto" "%USERPROFILE%\.jdks" "%USERPROFILE%\.sdkman\candidates\java" "%USERPROFILE%\scoop\apps") do (
    for /d %%D in ("%%~R\*") do (
        call :try "%%~D"
        call :try "%%~D\current"
    )
)
if not defined JDK (
    echo steppe: no JDK 25 in JAVA_HOME, on PATH or in the usual folders; install one, for example: winget install EclipseAdoptium.Temurin.25.JDK 1>&2
    exit /b 1
)

rem 0: fresh, 1: no jar, 2: a source is newer than the jar.
powershell -NoProfile -Command "$h = $env:HERE; $j = Get-ChildItem \"$h\cli\target\steppe-cli-*.jar\" -Exclude *-sources.jar, *-javadoc.jar -ErrorAction SilentlyContinue | Select-Object -First 1; if (-not $j -or -not (Test-Path \"$h\cli\target\lib\")) { exit 1 }; $s = @(Get-Item \"$h\pom.xml\"); foreach ($m in 'kernels', 'core', 'nn', 'optim', 'data', 'data\sample', 'train', 'cli') { $s += Get-Item \"$h\$m\pom.xml\"; $s += Get-ChildItem -Recurse \"$h\$m\src\main\" }; if ($s | Where-Object { $_.LastWriteTime -gt $j.LastWriteTime }) { exit 2 }"
set "STALE=%ERRORLEVEL%"
if "%STALE%"=="0" goto run
if "%STALE%"=="1" echo steppe: no jars yet, building (the first time Maven also downloads what it needs) 1>&2
if "%STALE%"=="2" echo steppe: the jars are older than the sources, building 1>&2
where mvn >nul 2>nul || (
    echo steppe: Maven is missing; install it, for example: scoop install maven 1>&2
    exit /b 1
)
set "JAVA25_HOME=%JDK%"
call mvn -q -B -f "%HERE%\pom.xml" -pl cli -am -Dmaven.test.skip=true package 1>&2 || (
    echo steppe: the build failed, see above 1>&2
    exit /b 1
)

:run
set "JAR="
for %%F in ("%HERE%\cli\target\steppe-cli-*.jar") do echo %%~nF| findstr /r "sources$ javadoc$" >nul || set "JAR=%%~fF"
set "OPTIONS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
if /i "%~1"=="paths" set "OPTIONS=--add-modules=jdk.incubator.vector -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
for %%C in (train bench compare survey flatness) do if /i "%~1"=="%%C" set "OPTIONS=--add-modules=jdk.incubator.vector -XX:MaxRAMPercentage=70 -XX:+UseParallelGC -Xmn64m -XX:ObjectAlignmentInBytes=64"
if defined STEPPE_CLASSPATH set "JAR=%JAR%;%STEPPE_CLASSPATH%"
"%JDK%\bin\java" %OPTIONS% %STEPPE_OPTS% -cp "%JAR%;%HERE%\cli\target\lib\*" dev.steppe.cli.Main %*
exit /b %ERRORLEVEL%

:try
if defined JDK exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
findstr /b /r "JAVA_VERSION=.25\. JAVA_VERSION=.25.$" "%~1\release" >nul 2>nul && set "JDK=%~f1"
exit /b 0
